/*
 * with_delivery.c
 *		Workflows that name the states of code and of its release: where each of them goes.
 *
 * States that a stage has already stay there. The others:
 *
 * - Code that is open, ready, open again or approved is in review: the first waiting stage behind
 *   an active one that waits for review, by its name or its "waiting_for" (what is designed is
 *   reviewed before it is built); without one the last active stage, without that the first that
 *   waits for review.
 * - Drafts and rejected code are being worked on: the last active stage before that (none: that
 *   one itself, if it is active).
 * - Code that is merged, built, or on an environment on the way waits: in the stage right behind
 *   review if that waits, else in a stage "Merged", which is made there if there is none behind it.
 * - What waits for a release waits in the last waiting stage between that and the first done stage
 *   that says so, by its name or its "waiting_for"; without one in a stage "Waiting for release",
 *   which is made before the first done stage.
 * - Released code is in the first done stage.
 *
 * Where there is no such stage (none that is active, none that is done), the states that would
 * go there are not added: they do not count, then. Without a stage of review what is merged stands
 * before the first done stage; without that behind the last active or waiting one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "workflow/code_state.h"
#include "workflow/state_name.h"
#include "workflow/with_delivery.h"

/* What says that a stage waits for review, or for a release, in the languages of state_words.c. */
static const char *const review_words =
	"review, reviews, reviewing, pull request, pull requests, merge request, merge requests, pr, mr, "
	"*prüfung, *pruefung, begutachtung, revue, relecture, révision, revisión, revisar, revisão, "
	"*评审*, *評審*, *审查*, *審查*, *レビュー*";
static const char *const release_words =
	"release, releases, deploy, deployment, rollout, roll out, go live, production, prod, "
	"auslieferung, veröffentlichung, veroeffentlichung, bereitstellung, inbetriebnahme, produktion, "
	"livraison, déploiement, publicación, despliegue, producción, publicação, implantação, produção, "
	"*发布*, *發布*, *上线*, *上線*, *部署*, *リリース*, *デプロイ*";

/* The environments that code passes on its way; production is where it is released. */
static const char *const tiers[] = {CODE_ON "development", CODE_ON "testing", CODE_ON "staging", CODE_ON "other"};

#define NOWHERE		(-1)

typedef struct Delivery
{
	const Workflow *workflow;
	WorkflowSource *source;
} Delivery;

/* Whether a stage, or a layer, has a state. One that only ends layers has no place yet. */
static bool
has_place(const Delivery *delivery, const char *state)
{
	int			number = workflow_find_state(delivery->workflow, state, strlen(state));

	return number >= 0 && (workflow_states(delivery->workflow)[number].stage >= 0 ||
						   workflow_states(delivery->workflow)[number].begins >= 0);
}

/* Whether all of some states have a place. */
static bool
have_places(const Delivery *delivery, const char *const *states, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (!has_place(delivery, states[i]))
			return false;
	}
	return true;
}

static void
add_states(Delivery *delivery, int stage_number, const char *const *states, int count)
{
	StageSource *stage;

	if (stage_number == NOWHERE)
		return;
	stage = &delivery->source->stages[stage_number];
	stage->states = repalloc(stage->states, sizeof(char *) * (stage->num_states + count));
	for (int i = 0; i < count; i++)
	{
		if (!has_place(delivery, states[i]))
			stage->states[stage->num_states++] = pstrdup(states[i]);
	}
}

/* Makes a waiting stage; its name has a number if a state has that name already. */
static void
make_stage(Delivery *delivery, int place, const char *name)
{
	WorkflowSource *source = delivery->source;
	StageSource *stage;
	char	   *free_name = pstrdup(name);

	for (int i = 2; workflow_find_state(delivery->workflow, free_name, strlen(free_name)) >= 0; i++)
		free_name = psprintf("%s %d", name, i);
	source->stages = repalloc(source->stages, sizeof(StageSource) * (source->num_stages + 1));
	stage = &source->stages[place];
	memmove(stage + 1, stage, sizeof(StageSource) * (source->num_stages - place));
	source->num_stages++;
	memset(stage, 0, sizeof(StageSource));
	stage->name = free_name;
	stage->stage_class = CLASS_WAITING;
	stage->states = palloc(sizeof(char *));
	stage->until = palloc(sizeof(char *));
}

/* Whether a stage waits for something, by its name or its "waiting_for". */
static bool
waits_for(const StageSource *stage, const char *words)
{
	return stage->stage_class == CLASS_WAITING &&
		(state_name_has(stage->name, strlen(stage->name), words) ||
		 (stage->waiting_for != NULL && state_name_has(stage->waiting_for, strlen(stage->waiting_for), words)));
}

static int
first_done(const WorkflowSource *source)
{
	for (int i = 0; i < source->num_stages; i++)
	{
		if (source->stages[i].stage_class == CLASS_DONE)
			return i;
	}
	return NOWHERE;
}

/* The last active stage before a place. */
static int
last_active(const WorkflowSource *source, int place)
{
	while (--place >= 0 && source->stages[place].stage_class != CLASS_ACTIVE)
		;
	return place >= 0 ? place : NOWHERE;
}

static int
find_review(const WorkflowSource *source)
{
	bool		worked_on = false;
	int			first = NOWHERE;

	for (int i = 0; i < source->num_stages; i++)
	{
		worked_on = worked_on || source->stages[i].stage_class == CLASS_ACTIVE;
		if (waits_for(&source->stages[i], review_words))
		{
			if (worked_on)
				return i;
			if (first == NOWHERE)
				first = i;
		}
	}
	return worked_on ? last_active(source, source->num_stages) : first;
}

/* Where a stage goes that is the last before what is done. */
static int
before_done(const WorkflowSource *source)
{
	int			place = first_done(source);

	if (place != NOWHERE)
		return place;
	for (place = source->num_stages; place > 0; place--)
	{
		StageClass	stage_class = source->stages[place - 1].stage_class;

		if (stage_class == CLASS_ACTIVE || stage_class == CLASS_WAITING)
			return place;
	}
	return source->num_stages;
}

/* The waiting stage of a name from a place on. */
static int
find_waiting(const WorkflowSource *source, int place, const char *name)
{
	for (; place < source->num_stages; place++)
	{
		if (source->stages[place].stage_class == CLASS_WAITING && strcmp(source->stages[place].name, name) == 0)
			return place;
	}
	return NOWHERE;
}

/* Where code waits once it is merged, which is made if anything is to go there. */
static int
find_merged(Delivery *delivery, int review, bool needed)
{
	static const char *const name = "Merged";
	WorkflowSource *source = delivery->source;
	int			place = review + 1;
	int			found;

	if (review == NOWHERE)
		place = before_done(source);
	else
	{
		/* A layer is no place: what is next is behind it. */
		int			next = place;

		while (next < source->num_stages && source->stages[next].stage_class == CLASS_BLOCKED)
			next++;
		if (next < source->num_stages && source->stages[next].stage_class == CLASS_WAITING)
			return next;
	}
	found = find_waiting(source, review + 1, name);
	if (found != NOWHERE || !needed)
		return found;
	make_stage(delivery, place, name);
	return place;
}

/* Where what is done waits for its release. */
static int
find_release(Delivery *delivery, int merged, bool needed)
{
	WorkflowSource *source = delivery->source;
	int			place = before_done(source);

	for (int i = place - 1; i >= 0 && i >= merged; i--)
	{
		if (waits_for(&source->stages[i], release_words))
			return i;
	}
	if (!needed)
		return NOWHERE;
	make_stage(delivery, place, "Waiting for release");
	return place;
}

Workflow *
workflow_with_delivery(const Workflow *workflow, InputError *error)
{
	static const char *const in_review[] = {"code opened", "code ready", "code reopened", "code approved"};
	static const char *const in_work[] = {"code draft", "code rejected"};
	static const char *const in_merged[] = {"code merged", "code built"};
	static const char *const in_release[] = {"release requested", "release approved", AWAITING_RELEASE};
	static const char *const in_done[] = {"code released"};
	Delivery	delivery = {.workflow = workflow,.source = workflow_source(workflow)};
	WorkflowSource *source = delivery.source;
	int			review = find_review(source);
	int			work = review == NOWHERE ? NOWHERE : last_active(source, review);
	int			merged;
	int			release;

	if (work == NOWHERE && review != NOWHERE && source->stages[review].stage_class == CLASS_ACTIVE)
		work = review;
	add_states(&delivery, review, in_review, lengthof(in_review));
	add_states(&delivery, work, in_work, lengthof(in_work));
	merged = find_merged(&delivery, review, !have_places(&delivery, in_merged, lengthof(in_merged)) ||
						 !have_places(&delivery, tiers, lengthof(tiers)));
	add_states(&delivery, merged, in_merged, lengthof(in_merged));
	add_states(&delivery, merged, tiers, lengthof(tiers));
	release = find_release(&delivery, merged, !have_places(&delivery, in_release, lengthof(in_release)));
	add_states(&delivery, release, in_release, lengthof(in_release));
	add_states(&delivery, first_done(source), in_done, lengthof(in_done));
	return workflow_compile(source, error);
}
