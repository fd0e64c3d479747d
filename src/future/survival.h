/*
 * survival.h
 *		Durations of finished and of open items as a Kaplan-Meier estimate.
 *
 * The definition: E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete
 * observations", J. Amer. Statist. Assoc. 53 (1958). The share of items that last longer
 * than t is the product, over the durations up to t at which items finished, of
 * (at risk - finished) / at risk. An item that is still open counts as at risk up to and
 * including its age (at equal durations the finished come first).
 *
 * A value has two forms. While an aggregate gathers, entries are appended and now and then
 * sorted and counted; the finished form is canonical (equal sets of durations have equal
 * bytes) and holds the estimate after each duration, so that questions are binary searches.
 *
 * Exactness: up to SURVIVAL_MAX_DURATIONS different durations are kept as they are. With
 * more, all are rounded up to a multiple of the smallest power of two of microseconds that
 * leaves no more than that. Rounding up to multiples of a power of two gives the same result
 * in one step or in several, and more rows never need a smaller power, so the result depends
 * on the set of rows alone: not on their order, nor on how they were divided among workers.
 */
#ifndef VSM_SURVIVAL_H
#define VSM_SURVIVAL_H

#include "base/flat_state.h"
#include "future/probability.h"

#define SURVIVAL_VERSION		1

/* Of both forms. */
extern const FlatFormat survival_format;

/* More different durations are rounded, by less than a millionth of the longest. */
#define SURVIVAL_MAX_DURATIONS	(1 << 21)

/* With this one int64 has fewer than SURVIVAL_MAX_DURATIONS multiples: never more is needed. */
#define SURVIVAL_MAX_RESOLUTION	43

/* While gathering: that many items of one duration, finished or open. */
typedef struct SurvivalEntry
{
	uint64		key;			/* duration * 2, plus 1 if open: so finished sort first */
	int64		count;
} SurvivalEntry;

/* Finished: the items of one duration, and the estimate after it. */
typedef struct SurvivalStep
{
	int64		duration;		/* microseconds */
	int64		finished;
	int64		open;
	double		survival;		/* share of items that last longer than duration */
} SurvivalStep;

typedef struct Survival
{
	FlatState	flat;
	uint8		gathering;		/* SurvivalEntry[] follow, else SurvivalStep[] */
	uint8		in_days;		/* some duration came in days, not in hours only */
	uint8		resolution;		/* durations are multiples of 2^resolution microseconds */
	uint8		unused1;		/* always zero */
	uint32		num_sorted;		/* gathering: that many are sorted and different */
	uint32		unused2;		/* always zero */
} Survival;

#define SURVIVAL_HEADER			sizeof(Survival)
#define SURVIVAL_ENTRIES(s)		((SurvivalEntry *) ((char *) (s) + SURVIVAL_HEADER))
#define SURVIVAL_NUM_ENTRIES(s)	(((s)->flat.used - SURVIVAL_HEADER) / sizeof(SurvivalEntry))
#define SURVIVAL_STEPS(s)		((SurvivalStep *) ((char *) (s) + SURVIVAL_HEADER))
#define SURVIVAL_NUM_STEPS(s)	(((s)->flat.used - SURVIVAL_HEADER) / sizeof(SurvivalStep))

/* A duration rounded up to a multiple of 2^resolution microseconds. */
static inline int64
survival_round(int64 duration, uint8 resolution)
{
	uint64		unit = UINT64CONST(1) << resolution;
	uint64		rounded = ((uint64) duration + unit - 1) & ~(unit - 1);

	/* The last multiple may lie just beyond; the greatest int64 stands for it. */
	return (int64) Min(rounded, (uint64) PG_INT64_MAX);
}

/* A row of the curve: a duration at which items finished. */
typedef struct SurvivalPoint
{
	int64		duration;
	int64		at_risk;
	int64		finished;
	double		survival;
	double		lower;			/* 95 % confidence band; valid if has_band */
	double		upper;
	bool		has_band;
} SurvivalPoint;

/* A walk along the curve. */
typedef struct SurvivalWalk
{
	const SurvivalStep *steps;
	uint32		num_steps;
	uint32		next_step;
	int64		at_risk;
	ExactSum	greenwood;		/* sum of finished / (at risk * (at risk - finished)) */
} SurvivalWalk;

/* A new value to gather in. */
extern Survival *survival_new(void);

/*
 * Adds items of one duration to a gathering value and returns it, perhaps at a new place.
 * Counts beyond int64: 22003.
 */
extern Survival *survival_add(Survival *survival, int64 duration, bool finished,
							  int64 count, bool in_days);

/* Adds all items of other (of either form) to a gathering value. */
extern Survival *survival_add_all(Survival *survival, const Survival *other);

/* The gathering form of a finished value, a copy. */
extern Survival *survival_reopen(const Survival *survival);

/* The finished form: a new value; survival itself is not changed. */
extern Survival *survival_finish(const Survival *survival);

/*
 * Questions to a finished value. They return false where it does not know: beyond the
 * longest duration seen there is no estimate, and what never happened has no consequence.
 */

/* The shortest duration seen, t, with S(t) <= 1 - p. */
extern bool survival_percentile(const Survival *survival, double p, int64 *duration);

/* P(T <= within). */
extern bool survival_probability(const Survival *survival, int64 within, double *probability);

/* P(T <= age + within | T > age). */
extern bool survival_probability_at_age(const Survival *survival, int64 within, int64 age,
										double *probability);

/* The shortest duration seen, t > age, with S(t) / S(age) <= 1 - p, less the age. */
extern bool survival_remaining(const Survival *survival, int64 age, double p, int64 *remaining);

/* The durations at which items finished, shortest first. */
extern void survival_walk_begin(SurvivalWalk *walk, const Survival *survival);
extern bool survival_walk_next(SurvivalWalk *walk, SurvivalPoint *point);

#endif							/* VSM_SURVIVAL_H */
