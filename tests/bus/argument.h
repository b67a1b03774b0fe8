/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments that nobody would send: of the type that is asked for, with values at the ends of
 * their ranges, empty, very long, deep, or of what the daemon has words for.
 */
#ifndef PIND_TEST_ARGUMENT_H
#define PIND_TEST_ARGUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-bus.h>

/* Words that texts are drawn from, beside those of its own. */
struct argument_words {
	char *words[1024];
	size_t n;
};

/* Once more each time, from 0 to @below - 1; the same for the same seed. */
void argument_seed(uint64_t seed);
unsigned int argument_draw(unsigned int below);

/**
 * argument_append - put values of some types into a message
 * @types: a signature, of any number of complete types
 *
 * Return: 0; or a negative errno, where the library itself does not take it.
 */
int argument_append(sd_bus_message *m, const struct argument_words *words, const char *types);

/* A signature that is not what was asked for, most likely. Lives until the next one. */
const char *argument_wrong_types(const char *types);

#endif /* PIND_TEST_ARGUMENT_H */
