/*
 * probability.h
 *		When a computed probability counts as having reached the one that was asked for.
 */
#ifndef VSM_PROBABILITY_H
#define VSM_PROBABILITY_H

#include <math.h>

/* Relative: what lies nearer than this is one and the same, told apart by roundings only. */
#define PROBABILITY_TOLERANCE	1e-12

/*
 * Whether what happens with probability reached (and fails to with probability missed, both
 * computed, each with small relative error) is at least as probable as p. The tolerance is
 * relative to the smaller of the two sides: nothing but certainty reaches p = 1.
 */
static inline bool
probability_reached(double reached, double missed, double p)
{
	return reached >= p * (1.0 - PROBABILITY_TOLERANCE) &&
		missed <= (1.0 - p) * (1.0 + PROBABILITY_TOLERANCE);
}

/* A sum that carries along what its roundings lose (Neumaier). */
typedef struct ExactSum
{
	double		sum;
	double		lost;
} ExactSum;

/* Adds to a sum, zeroed at first. */
static inline void
exact_sum_add(ExactSum *total, double value)
{
	double		sum = total->sum + value;

	if (fabs(total->sum) >= fabs(value))
		total->lost += (total->sum - sum) + value;
	else
		total->lost += (value - sum) + total->sum;
	total->sum = sum;
}

/* What it is by now. */
static inline double
exact_sum_value(const ExactSum *total)
{
	return total->sum + total->lost;
}

#endif							/* VSM_PROBABILITY_H */
