/*
 * survival_sum.c
 *		What is left of one duration, and another after it: the distribution of their sum.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/int.h"
#include "future/survival_sum.h"

/* The first step from low on with a survival of at most limit; there is one. */
static uint32
first_below(const SurvivalStep *steps, uint32 low, uint32 high, double limit)
{
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (steps[middle].survival <= limit)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Durations of items that last longer than an age (-1: of all), less that age; false if none finished. */
static bool
read_part(SurvivalPart *part, const Survival *survival, int64 age)
{
	const SurvivalStep *steps = SURVIVAL_STEPS(survival);
	uint32		num_steps = SURVIVAL_NUM_STEPS(survival);
	uint32		first = 0;
	uint32		last = num_steps;
	double		at_age;

	/* The steps up to the age. */
	for (uint32 high = num_steps; first < high;)
	{
		uint32		middle = first + (high - first) / 2;

		if (steps[middle].duration <= age)
			first = middle + 1;
		else
			high = middle;
	}
	at_age = first == 0 ? 1.0 : steps[first - 1].survival;
	/* Nothing finished in the last steps where they are as the one before. */
	if (first == num_steps || steps[num_steps - 1].survival >= at_age)
		return false;
	age = Max(age, 0);

	part->num_points = 0;
	if (last - first <= SURVIVAL_SUM_POINTS)
	{
		for (uint32 i = first; i < last; i++)
		{
			if (steps[i].finished == 0)
				continue;
			part->duration[part->num_points] = steps[i].duration - age;
			part->reached[part->num_points++] = 1.0 - steps[i].survival / at_age;
		}
	}
	else
	{
		double		at_end = steps[last - 1].survival;

		last = first_below(steps, first, last - 1, at_end);
		for (int k = 0; k < SURVIVAL_SUM_POINTS; k++)
		{
			double		share = (k + 0.5) / SURVIVAL_SUM_POINTS;

			first = first_below(steps, first, last, at_age - share * (at_age - at_end));
			part->duration[k] = steps[first].duration - age;
			part->reached[k] = (k + 1.0) / SURVIVAL_SUM_POINTS * (1.0 - at_end / at_age);
		}
		part->num_points = SURVIVAL_SUM_POINTS;
	}
	return true;
}

bool
survival_sum_begin(SurvivalSum *sum, const Survival *survival, int64 age, const Survival *after)
{
	return read_part(&sum->rest, survival, age) && read_part(&sum->after, after, -1);
}

double
survival_sum_probability(const SurvivalSum *sum, int64 within)
{
	const SurvivalPart *rest = &sum->rest;
	const SurvivalPart *after = &sum->after;
	ExactSum	total = {0, 0};
	int			fitting = after->num_points;

	/* The longer the rest, the fewer durations after it fit in. */
	for (int i = 0; i < rest->num_points && rest->duration[i] <= within; i++)
	{
		double		share = rest->reached[i] - (i == 0 ? 0.0 : rest->reached[i - 1]);

		while (fitting > 0 && after->duration[fitting - 1] > within - rest->duration[i])
			fitting--;
		if (fitting == 0)
			break;
		exact_sum_add(&total, share * after->reached[fitting - 1]);
	}
	return Min(exact_sum_value(&total), 1.0);
}

bool
survival_sum_percentile(const SurvivalSum *sum, double p, int64 *duration)
{
	const SurvivalPart *rest = &sum->rest;
	const SurvivalPart *after = &sum->after;
	int64		low;
	int64		high;
	double		reached;

	if (pg_add_s64_overflow(rest->duration[rest->num_points - 1],
							after->duration[after->num_points - 1], &high))
		high = PG_INT64_MAX;
	reached = survival_sum_probability(sum, high);
	if (!probability_reached(reached, 1.0 - reached, p))
		return false;
	/* The probability grows at sums of durations alone: the first time that reaches it is one. */
	low = rest->duration[0] + after->duration[0];
	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		reached = survival_sum_probability(sum, middle);
		if (probability_reached(reached, 1.0 - reached, p))
			high = middle;
		else
			low = middle + 1;
	}
	*duration = low;
	return true;
}
