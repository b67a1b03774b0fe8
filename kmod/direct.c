// SPDX-License-Identifier: GPL-2.0
#include <linux/ftrace.h>
#include <linux/objtool.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "concern.h"
#include "direct.h"
#include "ledger.h"
#include "longterm.h"
#include "pin.h"
#include "unpin.h"

#ifdef PIND_HAVE_DIRECT

#include <asm/ibt.h>
#include <asm/linkage.h>

/* Only asm names these. */
extern unsigned int pind_direct_flags;
extern unsigned long pind_direct_behind[PIND_ROWS];

/* The flags by which a pin concerns us; a variable, because asm cannot name an enumerator. */
unsigned int pind_direct_flags __ro_after_init = FOLL_LONGTERM | FOLL_GET | PIND_FOLL_PIN;

/* The address that each stub leads to. */
unsigned long pind_direct_behind[PIND_ROWS] __ro_after_init;

/*
 * The trampolines of unpin functions call these while the ledger is not empty, with the unpin
 * function's own arguments. Like the callback of hook.c, they pin and unpin nothing.
 */
bool pind_direct_folio(struct folio *folio);
bool pind_direct_page(struct page *page);
bool pind_direct_pages(struct page **pages, unsigned long nr);
bool pind_direct_range(struct page *page, unsigned long nr);
bool pind_direct_folios(struct folio **folios, unsigned long nr);

bool notrace pind_direct_folio(struct folio *folio)
{
	return pind_looks_each() || pind_ledger_concerns(folio);
}

bool notrace pind_direct_page(struct page *page)
{
	return pind_looks_each() || pind_ledger_concerns(page_folio(page));
}

bool notrace pind_direct_pages(struct page **pages, unsigned long nr)
{
	return pind_looks_each() || pind_concern_pages(pages, nr);
}

bool notrace pind_direct_range(struct page *page, unsigned long nr)
{
	return pind_looks_each() || pind_concern_range(page, nr);
}

bool notrace pind_direct_folios(struct folio **folios, unsigned long nr)
{
	return pind_looks_each() || pind_concern_folios(folios, nr);
}

/* A function in asm, typed so that the unwinder finds the return address on top of its stack. */
#define FUNCTION(name, body)						\
	asm("	.pushsection .text, \"ax\", @progbits\n"		\
	    "	.type " #name ", @function\n"				\
	    "	.globl " #name "\n"					\
	    "	.p2align 4\n"						\
	    #name ":\n"							\
	    ASM_ENDBR							\
	    body							\
	    "	.size " #name ", .-" #name "\n"				\
	    "	.popsection\n")

#define COUNT(fn) "	incq %gs:pind_hook_calls + 8 * " __stringify(PIND_ROW_##fn) "\n"

/*
 * On top of the stack is the return address into the function, behind its site; below it is
 * the return address into the function's caller. The replacement's address takes the place of
 * the first, so the replacement finds the stack as the caller left it.
 */
#define REPLACE(fn) "	movq $pind_" #fn ", (%rsp)\n"

/* The stub. It returns to its target, since an indirect jump would have to meet an endbr64. */
#define ORIGINAL(fn)							\
	FUNCTION(pind_original_##fn,					\
		 "	pushq pind_direct_behind + 8 * " __stringify(PIND_ROW_##fn) "(%rip)\n" \
		 ASM_RET);						\
	STACK_FRAME_NON_STANDARD(pind_original_##fn)

#define TRAMPOLINE(fn, body)						\
	void pind_direct_##fn(void);					\
	FUNCTION(pind_direct_##fn, body);				\
	ORIGINAL(fn)

/*
 * Leads on to label 1 where each call does, and as pind_longterm_concerns(). It may
 * use %rax and %r10, which hold nothing where a function begins.
 */
#define LOOK								\
	"	testb $" __stringify(PIND_LOOK_EACH) ", pind_look(%rip)\n" \
	"	jnz 1b\n"						\
	"	movq 8(%rsp), %rax\n"					\
	"	movq %rax, %r10\n"					\
	"	shrq $8, %r10\n"					\
	"	xorl %eax, %r10d\n"					\
	"	movzbl %r10b, %r10d\n"					\
	"	cmpq %rax, pind_longterm_others(, %r10, 8)\n"		\
	"	jne 1b\n"						\
	ASM_RET

/* @flags: the register that holds gup_flags */
#define PIN(fn, flags)							\
	TRAMPOLINE(fn,							\
		   COUNT(fn)						\
		   "	testl %" #flags ", pind_direct_flags(%rip)\n"	\
		   "	jnz 1f\n"					\
		   "	cmpq $0, pind_look(%rip)\n"			\
		   "	jne 2f\n"					\
		   ASM_RET						\
		   "1:\n"						\
		   REPLACE(fn)						\
		   ASM_RET						\
		   "2:\n"						\
		   LOOK)

#define PIN_ALWAYS(fn) TRAMPOLINE(fn, COUNT(fn) REPLACE(fn) ASM_RET)

/* @look: called with the function's arguments, three at most: does the unpin concern us? */
#define UNPIN(fn, look)							\
	TRAMPOLINE(fn,							\
		   COUNT(fn)						\
		   "	cmpq $0, pind_leaf_nr(%rip)\n"			\
		   "	jne 1f\n"					\
		   ASM_RET						\
		   "1:	pushq %rdi\n"					\
		   "	pushq %rsi\n"					\
		   "	pushq %rdx\n"					\
		   "	call " #look "\n"				\
		   "	popq %rdx\n"					\
		   "	popq %rsi\n"					\
		   "	popq %rdi\n"					\
		   "	testb %al, %al\n"				\
		   "	jz 2f\n"					\
		   REPLACE(fn)						\
		   "2:\n"						\
		   ASM_RET)

PIN(pin_user_pages_fast, edx);
PIN(pin_user_pages_fast_only, edx);
PIN(pin_user_pages, edx);
PIN(pin_user_pages_remote, ecx);
PIN(pin_user_pages_unlocked, ecx);
PIN_ALWAYS(memfd_pin_folios);
PIN_ALWAYS(folio_add_pins);
UNPIN(unpin_user_page, pind_direct_page);
UNPIN(unpin_user_pages, pind_direct_pages);
UNPIN(unpin_user_pages_dirty_lock, pind_direct_pages);
UNPIN(unpin_user_page_range_dirty_lock, pind_direct_range);
UNPIN(unpin_user_folio, pind_direct_folio);
UNPIN(unpin_folio, pind_direct_folio);
UNPIN(unpin_folios, pind_direct_folios);

/* An ftrace_ops can have one target only, so each function has its own. */
struct direct {
	void (*trampoline)(void);
	struct ftrace_ops ops;
};

#define DIRECT(fn)							\
	[PIND_ROW_##fn] = {						\
		.trampoline = pind_direct_##fn,				\
		.ops.flags = FTRACE_OPS_FL_PERMANENT,			\
	}

static struct direct directs[PIND_ROWS] = {
	DIRECT(pin_user_pages_fast),
	DIRECT(pin_user_pages_fast_only),
	DIRECT(pin_user_pages),
	DIRECT(pin_user_pages_remote),
	DIRECT(pin_user_pages_unlocked),
	DIRECT(memfd_pin_folios),
	DIRECT(folio_add_pins),
	DIRECT(unpin_user_page),
	DIRECT(unpin_user_pages),
	DIRECT(unpin_user_pages_dirty_lock),
	DIRECT(unpin_user_page_range_dirty_lock),
	DIRECT(unpin_user_folio),
	DIRECT(unpin_folio),
	DIRECT(unpin_folios),
};

bool pind_direct_is_on(unsigned int row)
{
	return READ_ONCE(directs[row].ops.flags) & FTRACE_OPS_FL_ENABLED;
}

int pind_direct_attach(unsigned int row, unsigned long original)
{
	struct direct *direct = &directs[row];
	int ret;

	ret = ftrace_set_filter_ip(&direct->ops, original, 0, 1);
	if (ret)
		return ret;
	ret = pind_register_direct(&direct->ops, (unsigned long)direct->trampoline);
	if (ret && !pind_direct_is_on(row))
		ftrace_free_filter(&direct->ops);
	return ret;
}

bool pind_direct_detach(unsigned int row)
{
	struct direct *direct = &directs[row];

	if (!pind_direct_is_on(row))
		return true;
	if (pind_unregister_direct(&direct->ops, (unsigned long)direct->trampoline))
		return false;
	ftrace_free_filter(&direct->ops);
	return true;
}

int pind_direct_original(unsigned int row, unsigned long original, bool must)
{
	unsigned long site = pind_site_of(original);

	pind_direct_behind[row] = site ? site + PIND_SITE_SIZE : original;
	return site || !must ? 0 : -EINVAL;
}

#endif
