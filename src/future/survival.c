/*
 * survival.c
 *		The Kaplan-Meier estimate: gathering durations, and questions to the result.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "common/int.h"
#include "future/survival.h"
#include "miscadmin.h"

const FlatFormat survival_format = {"vsm.survival", SURVIVAL_KIND, SURVIVAL_VERSION};

/* Room for this many entries in a new value: it then takes 248 bytes. */
#define SURVIVAL_FIRST_ENTRIES	14

/* Loops look for a cancel request every so many steps. */
#define INTERRUPT_MASK			0xffff

/* 0.975 quantile of the normal distribution, for bands of 95 %. */
#define NORMAL_QUANTILE_975		1.959963984540054

#define ST_SORT sort_entries
#define ST_ELEMENT_TYPE SurvivalEntry
#define ST_COMPARE(a, b) ((a)->key < (b)->key ? -1 : (a)->key > (b)->key)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * A product in twice the precision of a double, as the sum of two. A plain product of a
 * million ratios would be off by more than the 1e-12 within which answers are compared.
 */
typedef struct Product
{
	double		high;
	double		low;
} Product;

static void
multiply_by_ratio(Product *product, double numerator, double denominator)
{
	double		ratio = numerator / denominator;
	double		ratio_low = fma(-ratio, denominator, numerator) / denominator;
	double		high = product->high * ratio;
	double		low = fma(product->high, ratio, -high) +
		product->high * ratio_low + product->low * ratio;

	product->high = high + low;
	product->low = low - (product->high - high);
}

static inline uint64
round_key(uint64 key, uint8 resolution)
{
	return (uint64) survival_round((int64) (key >> 1), resolution) << 1 | (key & 1);
}

/*
 * Rounds sorted entries to the resolution and counts equal ones together, in place. Sets the
 * number of different durations and returns that of entries. (Rounding keeps durations in
 * order, but may bring the open of one before the finished of the next.)
 */
static uint32
count_together(SurvivalEntry *entries, uint32 num_entries, uint8 resolution,
			   uint32 *num_durations)
{
	uint32		num_kept = 0;
	uint32		next = 0;

	*num_durations = 0;
	while (next < num_entries)
	{
		uint64		finished_key = round_key(entries[next].key, resolution) & ~UINT64CONST(1);
		int64		finished = 0;
		int64		open = 0;

		for (; next < num_entries; next++)
		{
			uint64		key = round_key(entries[next].key, resolution);

			if ((key & ~UINT64CONST(1)) != finished_key)
				break;
			if (key & 1)
				flat_state_count(&open, entries[next].count, "durations");
			else
				flat_state_count(&finished, entries[next].count, "durations");
			if ((next & INTERRUPT_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
		}
		if (finished > 0)
		{
			entries[num_kept].key = finished_key;
			entries[num_kept++].count = finished;
		}
		if (open > 0)
		{
			entries[num_kept].key = finished_key | 1;
			entries[num_kept++].count = open;
		}
		(*num_durations)++;
	}
	return num_kept;
}

/*
 * Brings all entries into order, counts equal ones together and, while there are too many
 * different durations, rounds them. Returns the number of entries left.
 */
static uint32
compact_entries(SurvivalEntry *entries, uint32 num_entries, uint32 num_sorted,
				uint8 *resolution)
{
	uint32		num_new = num_entries - num_sorted;
	uint32		num_durations;

	if (num_sorted == 0)
		sort_entries(entries, num_entries);
	else if (num_new > 0)
	{
		/* Sort the new ones aside and merge from the back, where they leave room. */
		SurvivalEntry *fresh = palloc(sizeof(SurvivalEntry) * num_new);
		uint32		old_left = num_sorted;
		uint32		new_left = num_new;

		memcpy(fresh, entries + num_sorted, sizeof(SurvivalEntry) * num_new);
		sort_entries(fresh, num_new);
		while (new_left > 0)
		{
			if (old_left > 0 && entries[old_left - 1].key > fresh[new_left - 1].key)
			{
				entries[old_left + new_left - 1] = entries[old_left - 1];
				old_left--;
			}
			else
			{
				entries[old_left + new_left - 1] = fresh[new_left - 1];
				new_left--;
			}
		}
		pfree(fresh);
	}

	num_entries = count_together(entries, num_entries, *resolution, &num_durations);
	while (num_durations > SURVIVAL_MAX_DURATIONS)
	{
		Assert(*resolution < SURVIVAL_MAX_RESOLUTION);
		(*resolution)++;
		num_entries = count_together(entries, num_entries, *resolution, &num_durations);
	}
	return num_entries;
}

static void
compact(Survival *survival)
{
	survival->num_sorted = compact_entries(SURVIVAL_ENTRIES(survival),
										   SURVIVAL_NUM_ENTRIES(survival),
										   survival->num_sorted, &survival->resolution);
	survival->flat.used = SURVIVAL_HEADER + sizeof(SurvivalEntry) * survival->num_sorted;
}

Survival *
survival_new(void)
{
	Survival   *survival;

	survival = (Survival *) flat_state_new(SURVIVAL_HEADER,
										   SURVIVAL_HEADER + SURVIVAL_FIRST_ENTRIES * sizeof(SurvivalEntry),
										   &survival_format);
	survival->gathering = true;
	return survival;
}

/*
 * Makes room for one more entry. Counting equal ones together comes first, so that memory
 * grows with different durations, not with rows; the value doubles unless that freed half.
 */
static Survival *
make_room(Survival *survival)
{
	compact(survival);
	if (survival->flat.used > VARSIZE(survival) / 2)
		survival = (Survival *) flat_state_reserve(&survival->flat, survival->flat.used,
												   "The durations of a survival estimate");
	return survival;
}

static inline Survival *
append_entry(Survival *survival, uint64 key, int64 count)
{
	SurvivalEntry *entry;

	if (unlikely(VARSIZE(survival) - survival->flat.used < sizeof(SurvivalEntry)))
		survival = make_room(survival);
	entry = (SurvivalEntry *) ((char *) survival + survival->flat.used);
	entry->key = key;
	entry->count = count;
	survival->flat.used += sizeof(SurvivalEntry);
	return survival;
}

Survival *
survival_add(Survival *survival, int64 duration, bool finished, int64 count, bool in_days)
{
	Assert(survival->gathering && duration >= 0 && count > 0);
	survival->in_days |= in_days;
	return append_entry(survival, (uint64) duration << 1 | (finished ? 0 : 1), count);
}

Survival *
survival_add_all(Survival *survival, const Survival *other)
{
	Assert(survival->gathering);
	survival->in_days |= other->in_days;
	survival->resolution = Max(survival->resolution, other->resolution);
	if (other->gathering)
	{
		const SurvivalEntry *entries = SURVIVAL_ENTRIES(other);
		uint32		num_entries = SURVIVAL_NUM_ENTRIES(other);

		for (uint32 i = 0; i < num_entries; i++)
		{
			survival = append_entry(survival, entries[i].key, entries[i].count);
			if ((i & INTERRUPT_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
		}
	}
	else
	{
		const SurvivalStep *steps = SURVIVAL_STEPS(other);
		uint32		num_steps = SURVIVAL_NUM_STEPS(other);

		for (uint32 i = 0; i < num_steps; i++)
		{
			uint64		key = (uint64) steps[i].duration << 1;

			if (steps[i].finished > 0)
				survival = append_entry(survival, key, steps[i].finished);
			if (steps[i].open > 0)
				survival = append_entry(survival, key | 1, steps[i].open);
			if ((i & INTERRUPT_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
		}
	}
	return survival;
}

Survival *
survival_reopen(const Survival *survival)
{
	return survival_add_all(survival_new(), survival);
}

Survival *
survival_finish(const Survival *survival)
{
	SurvivalEntry *entries;
	uint32		num_entries;
	uint32		num_steps = 0;
	uint8		resolution = survival->resolution;
	int64		at_risk = 0;
	Product		estimate = {1.0, 0.0};
	Survival   *finished;
	SurvivalStep *steps;
	Size		size;

	Assert(survival->gathering);

	/* In a copy: an aggregate's final function must leave the state as it is. */
	num_entries = SURVIVAL_NUM_ENTRIES(survival);
	entries = palloc(Max(1, sizeof(SurvivalEntry) * num_entries));
	memcpy(entries, SURVIVAL_ENTRIES(survival), sizeof(SurvivalEntry) * num_entries);
	num_entries = compact_entries(entries, num_entries, survival->num_sorted, &resolution);
	for (uint32 i = 0; i < num_entries; i++)
	{
		if (i == 0 || entries[i].key >> 1 != entries[i - 1].key >> 1)
			num_steps++;
		flat_state_count(&at_risk, entries[i].count, "durations");
	}

	size = SURVIVAL_HEADER + sizeof(SurvivalStep) * num_steps;
	finished = (Survival *) flat_state_new(size, size, &survival_format);
	finished->in_days = survival->in_days;
	finished->resolution = resolution;
	steps = SURVIVAL_STEPS(finished);
	num_steps = 0;
	for (uint32 i = 0; i < num_entries; i++)
	{
		int64		duration = entries[i].key >> 1;
		int64		count = entries[i].count;
		SurvivalStep *step;

		if (i == 0 || duration != steps[num_steps - 1].duration)
			num_steps++;
		step = &steps[num_steps - 1];
		step->duration = duration;
		if (entries[i].key & 1)
			step->open = count;
		else
		{
			step->finished = count;
			multiply_by_ratio(&estimate, (double) (at_risk - count), (double) at_risk);
		}
		step->survival = estimate.high;
		at_risk -= count;
		if ((i & INTERRUPT_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(entries);
	return finished;
}

/* The number of steps with a duration of at most the given one. */
static uint32
steps_until(const Survival *survival, int64 duration)
{
	const SurvivalStep *steps = SURVIVAL_STEPS(survival);
	uint32		low = 0;
	uint32		high = SURVIVAL_NUM_STEPS(survival);

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (steps[middle].duration <= duration)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* S(duration), and the number of steps up to it; false beyond the longest duration seen. */
static bool
survival_at(const Survival *survival, int64 duration, double *share, uint32 *num_steps)
{
	*num_steps = steps_until(survival, duration);
	if (*num_steps == SURVIVAL_NUM_STEPS(survival) &&
		(*num_steps == 0 || SURVIVAL_STEPS(survival)[*num_steps - 1].duration != duration))
		return false;
	*share = *num_steps == 0 ? 1.0 : SURVIVAL_STEPS(survival)[*num_steps - 1].survival;
	return true;
}

/*
 * The duration of the first step, from the given one on, with S <= (1 - p) * share, where
 * share is S before these steps; false if there is none.
 */
static bool
first_reaching(const Survival *survival, uint32 first, double share, double p,
			   int64 *duration)
{
	const SurvivalStep *steps = SURVIVAL_STEPS(survival);
	uint32		num_steps = SURVIVAL_NUM_STEPS(survival);
	uint32		low = first;
	uint32		high = num_steps;
	double		limit = (1.0 - p) * share * (1.0 + PROBABILITY_TOLERANCE);

	/* However small p is, the tolerance makes no finish of what is not one. */
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (steps[middle].survival <= limit && (p == 0 || steps[middle].survival < share))
			high = middle;
		else
			low = middle + 1;
	}
	if (low == num_steps)
		return false;
	*duration = steps[low].duration;
	return true;
}

bool
survival_percentile(const Survival *survival, double p, int64 *duration)
{
	return first_reaching(survival, 0, 1.0, p, duration);
}

bool
survival_probability(const Survival *survival, int64 within, double *probability)
{
	double		at_end;
	uint32		num_steps;

	if (!survival_at(survival, within, &at_end, &num_steps))
		return false;
	*probability = 1.0 - at_end;
	return true;
}

bool
survival_probability_at_age(const Survival *survival, int64 within, int64 age,
							double *probability)
{
	int64		until;
	double		at_age,
				at_end;
	uint32		num_steps;

	if (pg_add_s64_overflow(age, within, &until) ||
		!survival_at(survival, age, &at_age, &num_steps) || at_age == 0 ||
		!survival_at(survival, until, &at_end, &num_steps))
		return false;
	*probability = 1.0 - at_end / at_age;
	return true;
}

bool
survival_remaining(const Survival *survival, int64 age, double p, int64 *remaining)
{
	double		at_age;
	uint32		num_steps;
	int64		duration;

	if (!survival_at(survival, age, &at_age, &num_steps) || at_age == 0 ||
		!first_reaching(survival, num_steps, at_age, p, &duration))
		return false;
	*remaining = duration - age;
	return true;
}

void
survival_walk_begin(SurvivalWalk *walk, const Survival *survival)
{
	memset(walk, 0, sizeof(SurvivalWalk));
	walk->steps = SURVIVAL_STEPS(survival);
	walk->num_steps = SURVIVAL_NUM_STEPS(survival);
	for (uint32 i = 0; i < walk->num_steps; i++)
		walk->at_risk += walk->steps[i].finished + walk->steps[i].open;
}

/*
 * The confidence band is that of log(-log S), which stays within 0..1: S^exp(-+ z * sigma)
 * with sigma = sqrt(Greenwood's sum) / |log S| (J. D. Kalbfleisch and R. L. Prentice, "The
 * Statistical Analysis of Failure Time Data"). Where S is 0 it does not exist.
 */
bool
survival_walk_next(SurvivalWalk *walk, SurvivalPoint *point)
{
	const SurvivalStep *step;

	for (;; walk->next_step++)
	{
		if (walk->next_step == walk->num_steps)
			return false;
		step = &walk->steps[walk->next_step];
		if (step->finished > 0)
			break;
		walk->at_risk -= step->open;
		if ((walk->next_step & INTERRUPT_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	walk->next_step++;

	point->duration = step->duration;
	point->at_risk = walk->at_risk;
	point->finished = step->finished;
	point->survival = step->survival;
	point->has_band = walk->at_risk > step->finished;
	if (point->has_band)
	{
		double		log_survival = log(step->survival);
		double		sigma;

		exact_sum_add(&walk->greenwood,
					  (double) step->finished / (double) walk->at_risk /
					  (double) (walk->at_risk - step->finished));
		sigma = sqrt(exact_sum_value(&walk->greenwood)) / -log_survival;
		point->lower = exp(log_survival * exp(NORMAL_QUANTILE_975 * sigma));
		point->upper = exp(log_survival * exp(-NORMAL_QUANTILE_975 * sigma));
	}
	walk->at_risk -= step->finished + step->open;
	return true;
}
