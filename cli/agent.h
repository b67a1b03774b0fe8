/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent that asks for a password for polkit where there is no desktop to do so. */
#ifndef PIND_AGENT_H
#define PIND_AGENT_H

/*
 * Starts polkit's agent for terminals, pkttyagent(1), until we end, if we are on one. Without it polkit asks whom it finds, or says no.
 */
void agent_start(void);

#endif /* PIND_AGENT_H */
