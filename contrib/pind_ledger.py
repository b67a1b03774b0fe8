#!/usr/bin/env drgn
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints pind's ledger from a vmcore or the running kernel, compared with the kernel's counts.

The memory is read as it is: nothing is asked of the module, of which nothing may work any
more. Each folio's pins in the ledger are compared with the kernel's count of its pins, and
each sum that the module keeps with the sum that the ledger gives.

Usage, as root; VMLINUX and PIND_KO have the debug information (DWARF) of the kernel that runs
or ran, and of its module:

    drgn -s VMLINUX -s PIND_KO pind_ledger.py [OPTION...]              the running kernel
    drgn -c VMCORE -s VMLINUX -s PIND_KO pind_ledger.py [OPTION...]    a dump

Exit status: 0: all agree; 1: they do not, and the differences are listed last; 2: nothing
can be said: bad usage, or the module or debug information is missing.
"""

import argparse
import json
import struct
import sys
import time
from collections import Counter, defaultdict, namedtuple

from drgn import FaultError, Object, ProgramFlags, TypeKind, cast
from drgn.helpers.linux.cpumask import for_each_online_cpu, for_each_possible_cpu
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.mm import pfn_to_page
from drgn.helpers.linux.percpu import per_cpu_ptr
from drgn.helpers.linux.pid import find_task
from drgn.helpers.linux.rbtree import rbtree_inorder_for_each_entry
from drgn.helpers.linux.xarray import xa_for_each

# Macros of kmod/*.h, which no debug information has. The unit test `ledger-script` compares.
PIND_SLOT_ID_BITS = 24
PIND_SLOT_ORDER_SHIFT = 25
PIND_SLOT_COVERED_SHIFT = 30
PIND_SLOT_PINS_SHIFT = 50
PIND_SLOT_UNCERTAIN = 1 << 49
PIND_LEAF_SHIFT = 8
PIND_MID_SHIFT = 12
PIND_LARGE_ORDER = 9
PIND_ACCOUNT_ROW_SHIFT = 12
PIND_STOCK_PAGES = 64
PIND_HOT_SETTLED_SHIFT = 8
PIND_HOT_PINS_SHIFT = 17

# The kernel's own.
GUP_PIN_COUNTING_BIAS = 1024
CSS_ONLINE = 1 << 1
UNLIMITED = (1 << 63) - 1

# A running kernel goes on while it is read: a difference has to show in so many readings, so
# many seconds apart.
READINGS = 3
PAUSE = 0.5
# Most that a CPU keeps of a kernel's counter while it folds it in, as in kmod/books.c.
VMSTAT_BATCH = 256

Slot = namedtuple("Slot", "order uncertain holders shares")
Holder = namedtuple("Holder", "account pins covered")
Share = namedtuple("Share", "group charge surplus")


class Unreadable(Exception):
    """Why nothing can be said, as a sentence for the user."""


def word(value):
    """A word that newer kernels keep in a struct of its own."""
    return value.f.value_() if any(m.name == "f" for m in members_of(value.type_)) else value.value_()


def members_of(kind):
    """The members of a struct, with those of anonymous structs and unions in it; else none."""
    while kind.kind == TypeKind.TYPEDEF:
        kind = kind.type
    if kind.kind not in (TypeKind.STRUCT, TypeKind.UNION):
        return []
    return [inner for m in kind.members for inner in ([m] if m.name else members_of(m.type))]


def limit(pages):
    return None if pages.value_() == UNLIMITED else pages.value_()


def bits(value, low, high):
    return value >> low & (1 << high - low) - 1


class Module:
    """The objects of the module pind in a kernel's memory."""

    def __init__(self, prog):
        self.prog = prog
        self.per_cpu_base = self.find_per_cpu()
        try:
            self.top = prog["pind_leaf_top"].value_()
            self.large = prog["pind_leaf_large"].value_()
            self.rows = prog["pind_account_rows"]
            self.nr_mids = prog.variable("nr_mids", "kmod/leaf.c").value_()
            self.groups = prog.variable("groups", "kmod/group.c")
        except LookupError as error:
            raise Unreadable(f"the module's debug information is missing ({error}): "
                             "give -s and the pind.ko that has it") from error

    def find_per_cpu(self):
        """The module's per-CPU section, of whose variables drgn may know the offset only."""
        modules = self.prog["modules"].address_of_()
        for module in list_for_each_entry("struct module", modules, "list"):
            if module.name.string_() == b"pind":
                return cast("unsigned long", module.percpu).value_()
        raise Unreadable("the module pind is not loaded in this kernel")

    def at(self, kind, address):
        return Object(self.prog, kind, address=address)

    def words(self, address, nr):
        return struct.unpack(f"<{nr}Q", self.prog.read(address, 8 * nr))

    def per_cpu(self, name):
        """The variable of each CPU."""
        pointer = self.prog[name].address_of_()
        if pointer.value_() < self.per_cpu_base:
            pointer = Object(self.prog, pointer.type_, pointer.value_() + self.per_cpu_base)
        return [per_cpu_ptr(pointer, cpu)[0] for cpu in for_each_possible_cpu(self.prog)]

    def sum_of(self, name, member=None):
        return sum((part.member_(member) if member else part).value_()
                   for part in self.per_cpu(name))

    # ---- the ledger

    def leaves(self):
        """Yields each leaf, and the number of its first slot."""
        for i, mid in enumerate(self.words(self.top, self.nr_mids)):
            entries = self.words(mid, 1 << PIND_MID_SHIFT) if mid else ()
            for j, leaf in enumerate(entries):
                if leaf:
                    yield self.at("struct pind_leaf", leaf), (i << PIND_MID_SHIFT | j) << PIND_LEAF_SHIFT

    def pfn_of(self, number):
        return number if number < self.large else number - self.large << PIND_LARGE_ORDER

    def slot_of(self, value, groups_of):
        """What a slot that is not 0 says."""
        if value & 1:
            account = bits(value, 1, 1 + PIND_SLOT_ID_BITS)
            order = bits(value, PIND_SLOT_ORDER_SHIFT, PIND_SLOT_COVERED_SHIFT)
            covered = bits(value, PIND_SLOT_COVERED_SHIFT, PIND_SLOT_PINS_SHIFT - 1)
            pins = value >> PIND_SLOT_PINS_SHIFT
            return Slot(order, pins if value & PIND_SLOT_UNCERTAIN else 0,
                        [Holder(account, pins, covered)],
                        [Share(groups_of.get(account), covered, (1 << order) - covered)])
        holding = self.at("struct pind_holding", value)
        pages = holding.pages.value_()
        holders = [Holder(h.account.id.value_(), h.pins.value_(), h.covered.value_()) for h in
                   rbtree_inorder_for_each_entry("struct pind_holder",
                                                 holding.holders.address_of_(), "node")]
        shares = []
        for share in rbtree_inorder_for_each_entry("struct pind_share",
                                                   holding.shares.address_of_(), "node"):
            charge = min(share.covered.value_(), pages)
            shares.append(Share(share.group.value_(), charge,
                                pages - charge if share.pins else 0))
        return Slot(pages.bit_length() - 1, holding.excess.value_(), holders, shares)

    # ---- accounts and groups

    def accounts(self):
        """Yields them, by number."""
        entries = 1 << PIND_ACCOUNT_ROW_SHIFT
        for row in self.words(self.rows.address_of_().value_(), len(self.rows)):
            for address in self.words(row, entries) if row else ():
                if address:
                    yield self.at("struct pind_account", address)

    def each_group(self):
        for _, entry in xa_for_each(self.groups.address_of_()):
            yield self.at("struct pind_group", entry.value_())

    def stocks(self):
        """What the CPUs have settled and not told the levels, by address of the level."""
        kept = defaultdict(Counter)
        for stock in self.per_cpu("pind_stocks"):
            hot = stock.hot.counter.value_()
            for i, charge in enumerate(stock.charge):
                if not charge:
                    continue
                if i == 0 and hot:
                    settled = bits(hot, PIND_HOT_SETTLED_SHIFT, PIND_HOT_PINS_SHIFT) - PIND_STOCK_PAGES
                    pins = bits(hot, PIND_HOT_PINS_SHIFT, PIND_HOT_PINS_SHIFT + 9) - PIND_STOCK_PAGES
                else:
                    settled, pins = (stock.share[i].settled.value_(), stock.share[i].pins.value_())
                kept[charge.value_()].update(settled=settled, pins=pins)
        return kept


class Kernel:
    """The kernel's own count of pins."""

    def __init__(self, prog):
        self.prog = prog
        self.head, self.private, self.swapcache, self.swapbacked = (
            1 << prog[name].value_()
            for name in ("PG_head", "PG_private", "PG_swapcache", "PG_swapbacked"))
        self.acquired, self.released = (
            prog[name].value_() for name in ("NR_FOLL_PIN_ACQUIRED", "NR_FOLL_PIN_RELEASED"))
        names = {m.name for m in members_of(prog.type("struct folio"))}
        self.order_in = ("_folio_order" if "_folio_order" in names else
                         "_flags_1" if "_flags_1" in names else None)

    def folio(self, pfn):
        return cast("struct folio *", pfn_to_page(self.prog, pfn))

    def order(self, folio):
        if not word(folio.flags) & self.head:
            return 0
        if self.order_in == "_folio_order":
            return folio._folio_order.value_()
        if self.order_in == "_flags_1":
            return word(folio._flags_1) & 0xff
        return cast("struct page *", folio)[1].compound_order.value_()

    def pincount(self, folio):
        """As pind_folio_pincount() in kmod/folio.h, which says why."""
        flags = word(folio.flags)
        if flags & self.head:
            return folio._pincount.counter.value_()
        refs = folio._refcount.counter.value_() & 0xffffffff
        users = max(folio._mapcount.counter.value_() + 1, 0)
        mapping = folio.mapping.value_()
        swapcache = flags & self.swapcache and flags & self.swapbacked
        if mapping & 1 or swapcache:
            users += bool(swapcache)
        elif mapping:
            users += 1 + bool(flags & self.private)
        return max(refs - users, 0) // GUP_PIN_COUNTING_BIAS

    def pins(self):
        """All pins that there are, by the kernel's two counters."""
        total = self.prog["vm_node_stat"]
        nodes = self.prog["node_data"]
        counts = []
        for item in (self.acquired, self.released):
            count = total[item].counter.value_()
            for node in nodes:
                if not node:
                    continue
                for cpu in for_each_online_cpu(self.prog):
                    count += per_cpu_ptr(node.per_cpu_nodestats, cpu).vm_node_stat_diff[item].value_()
            counts.append(count)
        return counts[0] - counts[1]


class Reading:
    """All that the module holds and the kernel counts at one time."""

    def __init__(self, module, kernel):
        self.module = module
        self.kernel = kernel
        self.differences = {}
        self.folios = []
        self.unknown = []   # holders that are no account
        before = self.moved()
        self.read_accounts()
        self.read_ledger()
        self.read_groups()
        self.read_sums()
        self.under_way = max(before[1], self.moved()[1]) + self.moved()[0] - before[0]
        self.compare()

    def moved(self):
        """Pins got and given back so far, and those that calls are just recording."""
        count = {name: self.module.sum_of("pind_counts", name) for name in
                 ("ended", "begun", "longterm_requested", "longterm_returned")}
        return (count["longterm_requested"] + count["longterm_returned"],
                max(count["begun"] - count["ended"], 0))

    def read_accounts(self):
        self.accounts = {}
        for account in self.module.accounts():
            task = find_task(self.module.prog, account.owner.tgid)
            self.accounts[account.id.value_()] = {
                "id": account.id.value_(), "pid": account.owner.tgid.value_(),
                "comm": account.comm.string_().decode(errors="replace"),
                "alive": bool(task) and task.start_boottime.value_() == account.start_time.value_(),
                "symbol": account.site.name.symbol.string_().decode(),
                "module": account.site.name.module.string_().decode(),
                "group": account.group.value_(),
                "pins": account.pins.counter.value_(), "covered": account.covered.counter.value_(),
                "references": account.refs.refs.counter.value_(),
                "ledger_pins": 0, "ledger_covered": 0, "ledger_folios": 0}

    def read_ledger(self):
        groups_of = {number: a["group"] for number, a in self.accounts.items()}
        self.paid = defaultdict(Counter)
        for leaf, first in self.module.leaves():
            slots = self.module.words(leaf.slot.address_of_().value_(), len(leaf.slot))
            if leaf.index.value_() != first >> PIND_LEAF_SHIFT:
                self.differ(f"leaf {first >> PIND_LEAF_SHIFT}",
                            f"says that it is leaf {leaf.index.value_()}")
            for i, value in enumerate(slots):
                if value:
                    self.read_folio(first + i, self.module.slot_of(value, groups_of))

    def read_folio(self, number, slot):
        pfn = self.module.pfn_of(number)
        folio = self.kernel.folio(pfn)
        pins = sum(holder.pins for holder in slot.holders)
        self.folios.append({
            "pfn": pfn, "order": slot.order, "kernel_order": self.kernel.order(folio),
            "pins": pins, "uncertain": slot.uncertain, "kernel_pins": self.kernel.pincount(folio),
            "holders": [holder._asdict() for holder in slot.holders]})
        for holder in slot.holders:
            account = self.accounts.get(holder.account)
            if not account:
                self.unknown.append((pfn, holder.account))
                continue
            account["ledger_pins"] += holder.pins
            account["ledger_covered"] += holder.covered
            account["ledger_folios"] += 1
            self.paid[account["group"]].update(pins=holder.pins)
        for share in slot.shares:
            self.paid[share.group].update(charge=share.charge, surplus=share.surplus)

    def read_groups(self):
        stocks = self.module.stocks()
        self.groups = {}
        for group in self.module.each_group():
            address, charge = group.address_, group.charge
            kept = stocks[charge.address_]
            paid = self.paid[address]
            self.groups[address] = {
                "id": group.id.value_(), "path": group.path.string_().decode(errors="replace"),
                "removed": not word(group.cgroup.self.flags) & CSS_ONLINE,
                "above": charge.parent.value_(), "charge": charge.address_,
                "max": limit(charge.max), "enforce": bool(charge.enforce),
                "own": charge.own.counter.value_() + kept["settled"], "ledger_own": paid["charge"],
                "current": charge.settled.counter.value_(), "ledger_current": 0,
                "pins": charge.pins.counter.value_(), "ledger_pins": 0,
                "surplus": charge.surplus.counter.value_(), "ledger_surplus": 0}
        of_charge = {group["charge"]: group for group in self.groups.values()}
        for address, group in self.groups.items():
            kept, paid, level = stocks[group["charge"]], self.paid[address], group
            while level:
                level["current"] += kept["settled"]
                level["pins"] += kept["pins"]
                level["ledger_current"] += paid["charge"]
                level["ledger_pins"] += paid["pins"]
                level["ledger_surplus"] += paid["surplus"]
                level = of_charge.get(level["above"])

    def read_sums(self):
        module, total = self.module, self.total
        root = next((g for g in self.groups.values() if not g["above"]), None)
        if not root:
            raise Unreadable("the module has no group of the root cgroup")
        self.sums = {
            "folios": len(self.folios), "pins": total("pins"), "uncertain": total("uncertain"),
            "charge": sum(paid["charge"] for paid in self.paid.values()),
            "kept_folios": module.sum_of("pind_leaf_nr_used"),
            "kept_pins": module.sum_of("pind_ledger_parts", "pins"),
            "kept_charge": module.sum_of("pind_ledger_parts", "charge"),
            "kept_uncertain": module.sum_of("pind_ledger_parts", "excess"),
            "account_pins": sum(a["pins"] for a in self.accounts.values()),
            "group_pins": root["pins"], "group_charge": root["current"],
            "counted_pins": module.sum_of("pind_counts", "longterm_requested") -
                            module.sum_of("pind_counts", "longterm_returned"),
            "kernel_pins": self.kernel.pins() + module.sum_of("pind_counts", "uncounted")}

    def total(self, key):
        return sum(folio[key] for folio in self.folios)

    # ---- what differs

    def differ(self, where, what):
        self.differences.setdefault(where, what)

    def same(self, where, what, held, found, allowed=0):
        if abs(held - found) > allowed:
            self.differ(f"{where}: {what}", f"{held}, by the ledger {found}")

    def compare(self):
        self.compare_folios()
        moving, sums = self.under_way, self.sums
        for account in self.accounts.values():
            where = f"account {account['id']}"
            self.same(where, "pins", account["pins"], account["ledger_pins"], moving)
            if not moving:
                self.same(where, "pages covered", account["covered"], account["ledger_covered"])
            if account["references"] - 1 + moving < account["ledger_folios"]:
                self.differ(f"{where}: references",
                            f"{account['references'] - 1}, by the ledger {account['ledger_folios']}")
        for group in self.groups.values():
            where = f"group {group['path']}"
            self.same(where, "pins", group["pins"], group["ledger_pins"], moving)
            # one pin may move the charge of a folio of any size
            for what in ("own", "current", "surplus") if not moving else ():
                self.same(where, f"pages of {what}", group[what], group[f"ledger_{what}"])
        for name in ("kept_pins", "account_pins", "group_pins", "counted_pins"):
            self.same("sum", name, sums[name], sums["pins"], moving)
        self.same("sum", "kept_folios", sums["kept_folios"], sums["folios"], moving)
        if not moving:
            self.same("sum", "kept_charge", sums["kept_charge"], sums["charge"])
            self.same("sum", "group_charge", sums["group_charge"], sums["charge"])
            self.same("sum", "kept_uncertain", sums["kept_uncertain"], sums["uncertain"])
        else:
            moving += VMSTAT_BATCH * len(list(for_each_online_cpu(self.module.prog)))
        if sums["kernel_pins"] + moving < sums["pins"] - sums["uncertain"]:
            self.differ("sum: kernel_pins", f"the kernel counts {sums['kernel_pins']} pins,"
                        f" the ledger has {sums['pins']}, {sums['uncertain']} of them uncertain")

    def compare_folios(self):
        """The kernel may count more, for pins that are no account's; never fewer."""
        lacking = [f for f in self.folios if f["kernel_pins"] < f["pins"] - f["uncertain"]]
        # a pin that a call has given back and not yet taken out
        if sum(f["pins"] - f["kernel_pins"] for f in lacking) > self.under_way:
            for folio in lacking:
                self.differ(f"frame {folio['pfn']:#x}: pins", f"{folio['pins']}, {folio['uncertain']} of"
                            f" them uncertain, by the kernel {folio['kernel_pins']}")
        if len(self.unknown) > self.under_way:
            for pfn, account in self.unknown:
                self.differ(f"frame {pfn:#x}: holder", f"account {account}, which is none")
        for folio in self.folios:
            if folio["order"] != folio["kernel_order"] and not self.under_way:
                self.differ(f"frame {folio['pfn']:#x}: order",
                            f"{folio['order']}, by the kernel {folio['kernel_order']}")

    def as_json(self):
        """Of accounts and groups without what only an address says."""
        groups = [{key: value for key, value in group.items() if key not in ("above", "charge")}
                  for group in self.groups.values()]
        return {"sums": self.sums, "under_way": self.under_way, "groups": groups,
                "accounts": [account | {"group": self.path(account)}
                             for account in self.accounts.values()],
                "folios": self.folios,
                "differences": [{"where": where, "what": what}
                                for where, what in self.differences.items()]}

    def path(self, account):
        group = self.groups.get(account["group"])
        return group["path"] if group else "?"


def read(module, kernel):
    """Reads it, of a running kernel until a reading shows no difference, but for those that stay."""
    live = bool(module.prog.flags & ProgramFlags.IS_LIVE)
    stay = None
    for left in reversed(range(READINGS if live else 1)):
        try:
            reading = Reading(module, kernel)
        except FaultError as error:
            # what is freed meanwhile leads anywhere
            if not left:
                raise Unreadable(f"the memory cannot be read: {error}") from error
            time.sleep(PAUSE)
            continue
        stay = reading.differences.keys() & (reading.differences if stay is None else stay)
        if not stay:
            break
        if left:
            time.sleep(PAUSE)
    reading.differences = {where: what for where, what in reading.differences.items() if where in stay}
    return reading


# ---- what is printed

def table(heads, rows):
    rows = [heads] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print()


def show(reading, only_differences):
    if not only_differences:
        show_folios(reading)
        show_accounts(reading)
        show_groups(reading)
    table(("SUM", "PINS OR PAGES"), reading.sums.items())
    if reading.under_way:
        print(f"{reading.under_way} pins were just being recorded or given back: sums may differ by as"
              " many, and sums of pages were not compared\n")
    for where, what in reading.differences.items():
        print(f"DIFFERENT: {where}: {what}")
    if not reading.differences:
        print("The ledger, its sums and the kernel's counts agree.")


def show_folios(reading):
    table(("FRAME", "PAGES", "PINS", "UNCERTAIN", "KERNEL", "HELD BY (ACCOUNT: PINS, PAGES)"),
          [(f"{f['pfn']:#x}", 1 << f["order"], f["pins"], f["uncertain"], f["kernel_pins"],
            "; ".join(f"{h['account']}: {h['pins']}, {h['covered']}" for h in f["holders"]))
           for f in reading.folios])


def show_accounts(reading):
    table(("ACCOUNT", "PID", "COMMAND", "CALL SITE", "PINS", "LEDGER", "PAGES", "LEDGER", "FOLIOS",
           "GROUP"),
          [(a["id"], a["pid"] if a["alive"] else f"{a['pid']} (gone)", a["comm"],
            a["symbol"] + (f" [{a['module']}]" if a["module"] else ""), a["pins"], a["ledger_pins"],
            a["covered"], a["ledger_covered"], a["ledger_folios"], reading.path(a))
           for a in reading.accounts.values()])


def show_groups(reading):
    table(("ID", "PINS", "LEDGER", "CURRENT", "LEDGER", "SURPLUS", "LEDGER", "MAX", "MODE", "GROUP"),
          [(g["id"], g["pins"], g["ledger_pins"], g["current"], g["ledger_current"], g["surplus"],
            g["ledger_surplus"], "-" if g["max"] is None else g["max"],
            "enforce" if g["enforce"] else "observe", g["path"] + (" (removed)" if g["removed"] else ""))
           for g in reading.groups.values()])


def main(prog):
    parser = argparse.ArgumentParser(
        prog="pind_ledger.py", usage="drgn [-c VMCORE] -s VMLINUX -s PIND_KO %(prog)s [OPTION...]",
        description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--differences", action="store_true",
                        help="print the sums and the differences, not each folio, account and group")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")
    args = parser.parse_args()
    try:
        reading = read(Module(prog), Kernel(prog))
    except Unreadable as why:
        print(f"pind_ledger.py: {why}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(reading.as_json()))
    else:
        show(reading, args.differences)
    return 1 if reading.differences else 0


if __name__ == "__main__":
    sys.exit(main(prog))  # noqa: F821 pylint: disable=undefined-variable # drgn sets it
