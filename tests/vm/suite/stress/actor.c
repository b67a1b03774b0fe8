// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "actor.h"
#include "child.h"
#include "dice.h"

/* Steps of a life. */
#define LIFE_MIN   20
#define LIFE_MAX   600
/* Of what is decided before the first step. */
#define STEP_BIRTH UINT64_MAX

/* A part of the piece: mostly a few pages, sometimes up to all of it. */
static struct iovec draw_range(struct dice *dice, const struct piece *piece)
{
	size_t pages = piece->size / PAGE;
	size_t most = dice_below(dice, 4) ? 64 : pages;
	size_t offset = dice_below(dice, pages);
	size_t length = 1 + dice_below(dice, most);

	/* Where it begins a huge page, it is one more often than by chance. */
	if (!dice_below(dice, 4))
		offset = 0;
	if (length > pages - offset)
		length = pages - offset;
	return (struct iovec){ piece->at + offset * PAGE, length * PAGE };
}

/* Everything is drawn, needed or not: so a table of actions may change. */
static void draw(const struct actor *actor, uint64_t step, struct choice *choice)
{
	const struct scene *scene = actor->scene;
	struct dice dice;

	dice_begin(&dice, scene->seed, actor->number, actor->life, step);
	choice->action = action_drawn(dice_below(&dice, action_weights()));
	choice->slot = dice_below(&dice, SLOTS);
	choice->other = dice_below(&dice, SLOTS);
	choice->piece = &pieces[dice_below(&dice, PIECES)];
	choice->range = draw_range(&dice, choice->piece);
	choice->count = dice_below(&dice, 3) ? 1 : 1 + dice_below(&dice, 4);
	choice->peer = dice_below(&dice, scene->actors);
	choice->detail = dice_below(&dice, UINT32_MAX);
	choice->pause = dice_below(&dice, 3) ? 0 : dice_below(&dice, 20);
}

static void take_step(struct actor *actor, uint64_t step)
{
	struct trace *trace = actor->scene->trace;
	struct trace_entry *entry;
	struct choice choice;

	draw(actor, step, &choice);
	entry = trace_begin(trace, actor->number,
			    &(struct trace_entry){
				    .step = step,
				    .life = actor->life,
				    .action = choice.action,
				    .slot = choice.slot,
				    .other = choice.other,
				    .piece = choice.piece - pieces,
				    .offset = (char *)choice.range.iov_base - choice.piece->at,
				    .length = choice.range.iov_len,
				    .detail = choice.detail,
			    });
	actor->used = choice.slot;
	trace_end(trace, entry, actions[choice.action].run(actor, &choice));
	entry->slot = actor->used;
	if (choice.pause)
		(void)usleep(choice.pause * 1000);
}

static void open_files(struct actor *actor)
{
	const struct scene *scene = actor->scene;

	actor->files = calloc(scene->n_files, sizeof(*actor->files));
	for (unsigned int i = 0; actor->files && i < scene->n_files; i++)
		actor->files[i] = open(scene->files[i], O_RDWR | O_DIRECT | O_CLOEXEC);
}

_Noreturn void actor_live(const struct scene *scene, uint32_t number, uint32_t life)
{
	struct actor actor = { .scene = scene, .number = number, .life = life };
	struct dice dice;
	uint64_t steps;

	/* Nothing must go on when the one that ends us has gone. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGCHLD, SIG_IGN);
	dice_begin(&dice, scene->seed, number, life, STEP_BIRTH);
	steps = LIFE_MIN + dice_below(&dice, LIFE_MAX - LIFE_MIN);
	(void)child_move(scene, dice_below(&dice, scene->n_groups));
	for (int i = 0; i < PIECES; i++)
		(void)memory_map(&pieces[i]);
	open_files(&actor);
	for (uint64_t step = 0; actor.files && step < steps && !scene->trace->stop; step++)
		take_step(&actor, step);
	/* In half of the lives it is the kernel that closes all. */
	for (unsigned int i = 0; i < SLOTS && dice_below(&dice, 2); i++)
		(void)holder_close(&actor.slots[i]);
	_exit(0);
}
