/*
 * survival_compare.c
 *		Whether the items of two survival estimates last equally long: the log-rank test.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "future/survival_compare.h"
#include "miscadmin.h"

/* The durations of one estimate, shortest first, rounded to the resolution of both. */
typedef struct Cohort
{
	const SurvivalStep *next;
	const SurvivalStep *end;
	uint8		resolution;
	int64		at_risk;		/* items that last as long as the next duration */
} Cohort;

static void
open_cohort(Cohort *cohort, const Survival *survival, uint8 resolution)
{
	cohort->next = SURVIVAL_STEPS(survival);
	cohort->end = cohort->next + SURVIVAL_NUM_STEPS(survival);
	cohort->resolution = resolution;
	cohort->at_risk = 0;
	for (const SurvivalStep *step = cohort->next; step < cohort->end; step++)
	{
		flat_state_count(&cohort->at_risk, step->finished, "durations");
		flat_state_count(&cohort->at_risk, step->open, "durations");
	}
}

/* The next duration of a cohort that is not at its end. */
static inline int64
next_duration(const Cohort *cohort)
{
	return survival_round(cohort->next->duration, cohort->resolution);
}

/* Takes all items of a duration, if it is the cohort's next one; returns how many finished. */
static inline int64
take_duration(Cohort *cohort, int64 duration)
{
	int64		finished = 0;

	while (cohort->next < cohort->end && next_duration(cohort) == duration)
	{
		finished += cohort->next->finished;
		cohort->at_risk -= cohort->next->finished + cohort->next->open;
		cohort->next++;
	}
	return finished;
}

void
survival_compare(const Survival *a, const Survival *b, SurvivalComparison *comparison)
{
	uint8		resolution = Max(a->resolution, b->resolution);
	Cohort		cohort_a;
	Cohort		cohort_b;
	double		observed_a = 0;
	double		observed_b = 0;
	ExactSum	expected_a = {0};
	ExactSum	expected_b = {0};
	ExactSum	excess = {0};	/* of b: observed - expected */
	ExactSum	variance = {0};
	uint32		count = 0;

	open_cohort(&cohort_a, a, resolution);
	open_cohort(&cohort_b, b, resolution);
	while (cohort_a.next < cohort_a.end || cohort_b.next < cohort_b.end)
	{
		int64		duration = cohort_b.next == cohort_b.end ? next_duration(&cohort_a) :
			cohort_a.next == cohort_a.end ? next_duration(&cohort_b) :
			Min(next_duration(&cohort_a), next_duration(&cohort_b));
		double		at_risk_a = cohort_a.at_risk;
		double		at_risk_b = cohort_b.at_risk;
		double		at_risk = at_risk_a + at_risk_b;
		double		finished_a = take_duration(&cohort_a, duration);
		double		finished_b = take_duration(&cohort_b, duration);
		double		finished = finished_a + finished_b;

		if (finished > 0)
		{
			observed_a += finished_a;
			observed_b += finished_b;
			exact_sum_add(&expected_a, finished * at_risk_a / at_risk);
			exact_sum_add(&expected_b, finished * at_risk_b / at_risk);
			/* finished_b less what was expected of it, without what cancels */
			exact_sum_add(&excess, (finished_b * at_risk_a - finished_a * at_risk_b) / at_risk);
			if (at_risk > 1)
				exact_sum_add(&variance, finished * (at_risk_a / at_risk) * (at_risk_b / at_risk) *
							  ((at_risk - finished) / (at_risk - 1)));
		}
		if ((++count & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}

	comparison->is_known = exact_sum_value(&variance) > 0;
	comparison->has_ratio = comparison->is_known && observed_a > 0;
	if (comparison->is_known)
	{
		comparison->chi_square = exact_sum_value(&excess) * exact_sum_value(&excess) /
			exact_sum_value(&variance);
		comparison->p_value = erfc(sqrt(comparison->chi_square / 2));
	}
	if (comparison->has_ratio)
		comparison->hazard_ratio = (observed_b / exact_sum_value(&expected_b)) /
			(observed_a / exact_sum_value(&expected_a));
}
