/*
 * survival_sum.h
 *		What is left of one duration, and another after it: the distribution of their sum.
 *
 * The first is that of an item that has lasted for an age already, P(T - age <= t | T > age); the
 * second follows it and is independent. What the estimates do not tell, because items were last seen
 * open, counts as never: a probability is a lower bound, and tells what is known of it.
 *
 * Sums are exact up to SURVIVAL_SUM_POINTS different durations of each. Of more, so many durations
 * stand for all, at the middles of equal shares: probabilities are then off by less than 1 / 500.
 */
#ifndef VSM_SURVIVAL_SUM_H
#define VSM_SURVIVAL_SUM_H

#include "future/survival.h"

#define SURVIVAL_SUM_POINTS		512

typedef struct SurvivalPart
{
	int			num_points;
	int64		duration[SURVIVAL_SUM_POINTS];	/* ascending */
	double		reached[SURVIVAL_SUM_POINTS];	/* P(up to that duration) */
} SurvivalPart;

typedef struct SurvivalSum
{
	SurvivalPart rest;
	SurvivalPart after;
} SurvivalSum;

/* Of two finished values; false if no item is known to have finished later than at the age. */
extern bool survival_sum_begin(SurvivalSum *sum, const Survival *survival, int64 age,
							   const Survival *after);

/* P(rest + after <= within). */
extern double survival_sum_probability(const SurvivalSum *sum, int64 within);

/* The shortest duration within which both are over with probability p; false if it is not reached. */
extern bool survival_sum_percentile(const SurvivalSum *sum, double p, int64 *duration);

#endif							/* VSM_SURVIVAL_SUM_H */
