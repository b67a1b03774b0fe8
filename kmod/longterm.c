// SPDX-License-Identifier: GPL-2.0
#include <linux/ctype.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include <linux/pind.h>

#include "longterm.h"
#include "reader.h"
#include "site.h"

/**
 * struct longterm_list - the callers, as the request gave them; read under RCU
 * @entry: "" stands for any module, or any function
 */
struct longterm_list {
	unsigned int nr;
	struct pind_site entry[];
};

/* Guards changes of the list. Process context; innermost. */
static DEFINE_MUTEX(longterm_mutex);
static struct longterm_list __rcu *in_force; /* NULL: the list is empty */

unsigned long pind_longterm_others[PIND_LONGTERM_SLOTS];

/*
 * Call sites whose name was looked up: those in the list, and the others. The hash is another
 * than that of pind_longterm_others: two call sites that take the slot there from each other
 * have places of their own here, and need no look-up of names.
 */
static struct pind_site_memo found;

static bool fits(const struct pind_site *entry, const struct pind_site *site)
{
	size_t length = strlen(entry->symbol);

	if (entry->module[0] && strcmp(entry->module, site->module))
		return false;
	/* "name", or a part that the compiler split off it: "name.part.0" */
	return !length || (!strncmp(entry->symbol, site->symbol, length) &&
			   (!site->symbol[length] || site->symbol[length] == '.'));
}

/* Under RCU. */
static bool is_listed(const struct pind_site *site)
{
	const struct longterm_list *list = rcu_dereference(in_force);
	unsigned int i;

	for (i = 0; list && i < list->nr; i++)
		if (fits(&list->entry[i], site))
			return true;
	return false;
}

bool pind_longterm_lists(unsigned long call_site)
{
	u8 slot = call_site ^ call_site >> 8;
	bool listed;

	rcu_read_lock();
	listed = pind_site_recall(&found, call_site, is_listed);
	if (!listed)
		WRITE_ONCE(pind_longterm_others[slot], call_site);
	rcu_read_unlock();
	return listed;
}

void pind_longterm_forget(void)
{
	unsigned int i;

	pind_site_unlearn(&found);
	for (i = 0; i < ARRAY_SIZE(pind_longterm_others); i++)
		WRITE_ONCE(pind_longterm_others[i], 0);
}

/* If the same list is set again, nothing has to be looked up anew. */
static bool is_same(const struct longterm_list *a, const struct longterm_list *b)
{
	if (!a || !b)
		return a == b;
	return a->nr == b->nr && !memcmp(a->entry, b->entry, a->nr * sizeof(a->entry[0]));
}

/* Put a list in force; takes it over. */
static void enforce(struct longterm_list *list)
{
	struct longterm_list *old;

	mutex_lock(&longterm_mutex);
	old = rcu_dereference_protected(in_force, lockdep_is_held(&longterm_mutex));
	if (is_same(list, old)) {
		mutex_unlock(&longterm_mutex);
		kfree(list);
		return;
	}
	rcu_assign_pointer(in_force, list);
	pind_look_set(PIND_LOOK_LONGTERM, list);
	/*
	 * Forget the answers of the old list; and once more after RCU, when no reader is left
	 * that may have got an answer from the old list and written it into the tables.
	 */
	pind_longterm_forget();
	synchronize_rcu();
	pind_longterm_forget();
	mutex_unlock(&longterm_mutex);
	kfree(old);
}

static const struct nla_policy entry_policy[] = {
	[PIND_A_LONGTERM_MODULE] = { .type = NLA_NUL_STRING, .len = MODULE_NAME_LEN - 1 },
	[PIND_A_LONGTERM_SYMBOL] = { .type = NLA_NUL_STRING, .len = PIND_SYMBOL_LEN - 1 },
};

const struct nla_policy pind_longterm_policy[] = {
	[PIND_A_LONGTERM_LIST_ENTRY] = NLA_POLICY_NESTED(entry_policy),
};

/* Copy the name in an attribute, of at most @size bytes; "" if there is no attribute. */
static int read_name(const struct nlattr *attr, char *name, size_t size,
		     struct netlink_ext_ack *extack)
{
	const char *text = attr ? nla_data(attr) : "";
	size_t i, length = strlen(text);

	for (i = 0; i < length && (isalnum(text[i]) || strchr("_.$-", text[i])); i++)
		;
	if (attr && (!length || i < length || length + 1 != nla_len(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a name of a module or function has letters, digits, _ . $ and "
				    "- only, one at least");
		return -EINVAL;
	}
	strscpy(name, text, size);
	return 0;
}

static int read_entry(const struct nlattr *nest, struct pind_site *entry,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[ARRAY_SIZE(entry_policy)];
	int ret = nla_parse_nested(attrs, ARRAY_SIZE(entry_policy) - 1, nest, entry_policy, extack);

	if (!ret && !attrs[PIND_A_LONGTERM_MODULE] && !attrs[PIND_A_LONGTERM_SYMBOL]) {
		NL_SET_ERR_MSG_ATTR(
			extack, nest,
			"an entry names a module or a symbol: give one of them, or both");
		ret = -EINVAL;
	}
	ret = ret
		      ?: read_name(attrs[PIND_A_LONGTERM_MODULE], entry->module,
				   sizeof(entry->module), extack);
	strreplace(entry->module, '-', '_');
	return ret
		       ?: read_name(attrs[PIND_A_LONGTERM_SYMBOL], entry->symbol,
				    sizeof(entry->symbol), extack);
}

static int read_list(struct genl_info *info, struct longterm_list *list)
{
	const struct nlattr *nest;
	int rest, ret;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rest)
	{
		if (list->nr == PIND_LONGTERM_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, nest,
					    "too many entries: the list has 64 at most");
			return -E2BIG;
		}
		ret = read_entry(nest, &list->entry[list->nr], info->extack);
		if (ret)
			return ret;
		list->nr++;
	}
	return 0;
}

int pind_longterm_set(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	struct longterm_list *list;

	if (ret)
		return ret;
	list = kzalloc(struct_size(list, entry, PIND_LONGTERM_MAX), GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	ret = read_list(info, list);
	if (ret || !list->nr) {
		kfree(list);
		list = NULL;
	}
	if (!ret)
		enforce(list);
	return ret;
}

static int fill_entry(struct sk_buff *skb, const struct pind_site *entry)
{
	struct nlattr *nest = nla_nest_start(skb, PIND_A_INFO_LONGTERM);

	if (!nest ||
	    (entry->module[0] && nla_put_string(skb, PIND_A_LONGTERM_MODULE, entry->module)) ||
	    (entry->symbol[0] && nla_put_string(skb, PIND_A_LONGTERM_SYMBOL, entry->symbol)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int pind_longterm_fill(struct sk_buff *skb)
{
	const struct longterm_list *list;
	unsigned int i;
	int ret = 0;

	rcu_read_lock();
	list = rcu_dereference(in_force);
	for (i = 0; list && i < list->nr && !ret; i++)
		ret = fill_entry(skb, &list->entry[i]);
	rcu_read_unlock();
	return ret;
}

void pind_longterm_exit(void)
{
	kfree(rcu_dereference_protected(in_force, true));
}
