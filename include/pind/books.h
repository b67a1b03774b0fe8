/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The books of the module, as in the answer to PIND_CMD_BOOKS_GET, and sentences about
 * differences in them: one copy for the daemon and pinctl. The meaning of each number stands
 * in docs/netlink/pind.yaml.
 */
#ifndef PIND_BOOKS_H
#define PIND_BOOKS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* In pins, except the charges and current, which are in bytes. */
struct pind_books {
	int64_t ledger_pins;
	int64_t account_pins;
	int64_t group_pins;
	int64_t counted_pins;
	int64_t ledger_charge;
	int64_t group_charge;
	int64_t current;
	int64_t known_pins;
	int64_t kernel_pins;
	int64_t older_pins;
	uint64_t under_way;
	int64_t difference;
	uint64_t checks;
	uint64_t repaired;
	int64_t uncertain_pins;
	uint64_t steady_pins; /* of kernel_pins, in no account at each check since */
	uint64_t steady_since; /* ns of CLOCK_BOOTTIME */
};

/* Room for the sentence of pind_books_sentence(). */
#define PIND_BOOKS_SENTENCE_SIZE 768

/* The absolute value, which is right for the smallest number, too. */
static inline uint64_t pind_books_size(int64_t number)
{
	return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

/* @a - @b, defined even where a wrong number from the module makes it overflow. */
static inline int64_t pind_books_less(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/*
 * Pins in the kernel's count that are explained neither by calls nor by pins older than the
 * module; negative: the ledger has so many more than the kernel counts.
 */
static inline int64_t pind_books_unexplained(const struct pind_books *books)
{
	int64_t above = pind_books_less(pind_books_less(books->ledger_pins, books->uncertain_pins),
					books->kernel_pins);

	if (above > 0)
		return -above;
	return pind_books_less(pind_books_less(books->kernel_pins, books->known_pins),
			       books->older_pins);
}

/* One clause for each difference: "the accounts hold 3 pins more than the ledger". */
static inline size_t pind_books_clauses(const struct pind_books *books, char *buffer, size_t size)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const struct {
		const char *who;
		int64_t more;
		uint64_t unit; /* of more: 1 is a pin, else so many bytes */
		const char *than;
	} sums[] = {
		{ "the accounts hold", pind_books_less(books->account_pins, books->ledger_pins), 1,
		  "the ledger" },
		{ "the groups hold", pind_books_less(books->group_pins, books->ledger_pins), 1,
		  "the ledger" },
		{ "the calls left", pind_books_less(books->counted_pins, books->ledger_pins), 1,
		  "the ledger holds" },
		{ "the kernel holds", pind_books_unexplained(books), 1, "pind knows of" },
		{ "the groups are charged",
		  pind_books_less(books->group_charge, books->ledger_charge), page, "the ledger" },
		{ "the root is charged", pind_books_less(books->current, books->ledger_charge),
		  page, "the ledger" },
	};
	size_t length = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		uint64_t amount = pind_books_size(sums[i].more);
		const char *unit = sums[i].unit > 1 ? " KiB" : amount == 1 ? " pin" : " pins";

		/* pins that a call under way has moved in one sum it will move in the other, too */
		if (amount / sums[i].unit <= books->under_way || length >= size)
			continue;
		length += (size_t)snprintf(
			buffer + length, size - length, "%s%s %llu%s %s than %s",
			length ? ", " : "", sums[i].who,
			(unsigned long long)(sums[i].unit > 1 ? amount / 1024 : amount), unit,
			sums[i].more > 0   ? "more"
			: sums[i].unit > 1 ? "less"
					   : "fewer",
			sums[i].than);
	}
	return length;
}

/**
 * pind_books_sentence - the event PIND_CMD_BOOKS_NTF as a sentence, with the remedy
 * @buffer: PIND_BOOKS_SENTENCE_SIZE bytes
 *
 * Return: @buffer.
 */
static inline const char *pind_books_sentence(const struct pind_books *books, char *buffer)
{
	char clauses[512];

	if (books->difference == 0)
		(void)snprintf(buffer, PIND_BOOKS_SENTENCE_SIZE, "the books close again");
	else if (pind_books_clauses(books, clauses, sizeof(clauses)))
		(void)snprintf(buffer, PIND_BOOKS_SENTENCE_SIZE,
			       "the books do not close: %s; run 'pinctl audit', and report it if "
			       "they do not close then",
			       clauses);
	else
		/* the checks found a difference that calls under way hide in these sums */
		(void)snprintf(buffer, PIND_BOOKS_SENTENCE_SIZE,
			       "the books do not close: they are off by %llu; run 'pinctl audit', "
			       "and report it if they do not close then",
			       (unsigned long long)pind_books_size(books->difference));
	return buffer;
}

#endif /* PIND_BOOKS_H */
