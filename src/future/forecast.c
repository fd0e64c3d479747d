/*
 * forecast.c
 *		How many items, or how many periods: the exact distribution of resampled throughput.
 *
 * Numbers: probabilities are only ever added, multiplied by counts of samples and divided by
 * the number of samples, all positive, so nothing cancels; the roundings of different totals
 * go in different directions, and what they do in common is taken out at the end, because
 * both sides of a comparison are divided by their sum. Totals at the two ends that together
 * weigh less than 1e-17 of what is asked for are left out, which is what makes long horizons
 * fast: the spread grows with the root of the number of periods only.
 */
#include "postgres.h"

#include "base/compat.h"
#include "future/forecast.h"
#include "future/probability.h"
#include "miscadmin.h"

/* Two buffers of this many doubles stay well below the limit of one allocation. */
#define MAX_TOTALS			(1 << 24)

/* What may be left out at either end in one period, as part of the smaller of p and 1 - p. */
#define NEGLIGIBLE			1e-24

/* Probabilities are computed to the precision of a double down to this one. */
#define LEAST_PROBABILITY	1e-100

/* The distribution of the total of some periods. */
typedef struct Totals
{
	double	   *probability;	/* of totals first, first + 1, ... in units above the least */
	double	   *spare;			/* where the next period's are computed */
	int64		capacity;
	int64		first;
	int64		num_totals;
	double		negligible;
} Totals;

static int
compare_samples(const void *a, const void *b)
{
	int32		left = *(const int32 *) a;
	int32		right = *(const int32 *) b;

	CHECK_FOR_INTERRUPTS();
	return left < right ? -1 : left > right;
}

static int64
greatest_common_divisor(int64 a, int64 b)
{
	while (b != 0)
	{
		int64		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void
throughput_init(Throughput *throughput, int32 *samples, int num_samples)
{
	qsort(samples, num_samples, sizeof(int32), compare_samples);
	throughput->least = samples[0];
	throughput->most = samples[num_samples - 1];
	throughput->num_samples = num_samples;
	throughput->num_values = 0;
	throughput->steps = palloc(sizeof(int64) * num_samples);
	throughput->counts = palloc(sizeof(double) * num_samples);
	throughput->unit = 0;
	for (int i = 0; i < num_samples; i++)
	{
		int			last = throughput->num_values - 1;
		int64		step = samples[i] - throughput->least;

		if (i > 0 && throughput->steps[last] == step)
		{
			throughput->counts[last]++;
			continue;
		}
		throughput->steps[last + 1] = step;
		throughput->counts[last + 1] = 1;
		throughput->num_values++;
		throughput->unit = greatest_common_divisor(throughput->unit, step);
	}
	throughput->unit = Max(throughput->unit, 1);
	for (int i = 0; i < throughput->num_values; i++)
		throughput->steps[i] /= throughput->unit;
}

/* The total of no period: 0, for certain. */
static void
totals_init(Totals *totals, double p)
{
	totals->capacity = 1024;
	totals->probability = palloc(sizeof(double) * totals->capacity);
	totals->spare = palloc(sizeof(double) * totals->capacity);
	totals->first = 0;
	totals->num_totals = 1;
	totals->probability[0] = 1.0;
	totals->negligible = Min(p, 1.0 - p) * NEGLIGIBLE;
}

static void
make_room(Totals *totals, int64 num_totals)
{
	double	   *grown;

	if (num_totals <= totals->capacity)
		return;
	if (num_totals > MAX_TOTALS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many possible totals to forecast"),
				 errdetail("The samples lie so far apart that more than %d totals are possible.", MAX_TOTALS),
				 errhint("Count in larger units, such as hundreds of items.")));
	totals->capacity = Min(Max(totals->capacity * 2, num_totals), MAX_TOTALS);
	grown = palloc(sizeof(double) * totals->capacity);
	memcpy(grown, totals->probability, sizeof(double) * totals->num_totals);
	pfree(totals->probability);
	pfree(totals->spare);
	totals->probability = grown;
	totals->spare = palloc(sizeof(double) * totals->capacity);
}

/* Where the time goes; apart, so that the compiler knows that the two do not overlap. */
static void
add_shifted(double *restrict new, const double *restrict old, double count, int64 num_totals)
{
	for (int64 i = 0; i < num_totals; i++)
		new[i] += count * old[i];
}

/*
 * One period more. Totals from bound on are taken out, and their probability is added to
 * reached.
 */
static void
add_period(Totals *totals, const Throughput *throughput, int64 bound, ExactSum *reached)
{
	int64		spread = throughput->steps[throughput->num_values - 1];
	int64		num_old = totals->num_totals;
	int64		num_new = Max(Min(num_old + spread, bound - totals->first), 0);
	double		beyond = 0;
	double		left_out;
	double	   *old;
	double	   *new;

	if (num_old == 0)
		return;
	make_room(totals, num_new);
	old = totals->probability;
	new = totals->spare;
	memset(new, 0, sizeof(double) * num_new);
	for (int value = 0; value < throughput->num_values; value++)
	{
		int64		step = throughput->steps[value];
		double		count = throughput->counts[value];
		int64		num_below = Max(Min(num_old, num_new - step), 0);

		add_shifted(new + step, old, count, num_below);
		for (int64 i = num_below; i < num_old; i++)
			beyond += count * old[i];
		CHECK_FOR_INTERRUPTS();
	}
	for (int64 i = 0; i < num_new; i++)
		new[i] /= throughput->num_samples;
	exact_sum_add(reached, beyond / throughput->num_samples);

	for (left_out = 0; num_new > 0 && left_out + new[num_new - 1] < totals->negligible; num_new--)
		left_out += new[num_new - 1];
	for (left_out = 0; num_new > 0 && left_out + new[0] < totals->negligible; num_new--)
	{
		left_out += *new++;
		totals->first++;
	}
	if (new != totals->spare)
		memmove(totals->spare, new, sizeof(double) * num_new);
	totals->probability = totals->spare;
	totals->spare = old;
	totals->num_totals = num_new;
}

int64
forecast_items(const Throughput *throughput, int64 periods, double p)
{
	Totals		totals;
	ExactSum	missed = {0};
	ExactSum	reached = {0};
	double	   *below;
	double		all;

	/* Only the worst is certain. */
	if (p == 1.0 || throughput->least == throughput->most)
		return periods * throughput->least;

	totals_init(&totals, p);
	for (int64 period = 0; period < periods; period++)
		add_period(&totals, throughput, PG_INT64_MAX, &reached);

	below = totals.spare;
	for (int64 i = 0; i < totals.num_totals; i++)
	{
		below[i] = exact_sum_value(&missed);
		exact_sum_add(&missed, totals.probability[i]);
	}
	all = exact_sum_value(&missed);
	for (int64 i = totals.num_totals - 1; i >= 0; i--)
	{
		exact_sum_add(&reached, totals.probability[i]);
		if (probability_reached(exact_sum_value(&reached) / all, below[i] / all, p))
			return periods * throughput->least + (totals.first + i) * throughput->unit;
	}
	return periods * throughput->least;
}

int64
forecast_periods(const Throughput *throughput, int64 items, double p)
{
	Totals		totals;
	ExactSum	reached = {0};

	if (throughput->most == 0 || (p == 1.0 && throughput->least == 0))
		return -1;
	if (p == 1.0 || throughput->least == throughput->most)
		return (items - 1) / throughput->least + 1;

	totals_init(&totals, p);
	for (int64 period = 1;; period++)
	{
		int64		rest = items - period * throughput->least;
		ExactSum	missed = {0};
		double		all;

		/* What the totals need beyond the least, in units, rounded up. */
		add_period(&totals, throughput,
				   rest > 0 ? (rest - 1) / throughput->unit + 1 : 0, &reached);
		if (items > period * throughput->most)
			continue;
		for (int64 i = 0; i < totals.num_totals; i++)
			exact_sum_add(&missed, totals.probability[i]);
		all = exact_sum_value(&reached) + exact_sum_value(&missed);
		if (probability_reached(exact_sum_value(&reached) / all,
								exact_sum_value(&missed) / all, p))
			return period;
	}
}

double
forecast_probability(const Throughput *throughput, int64 items, int64 periods)
{
	int64		rest = items - periods * throughput->least;
	int64		bound;
	Totals		totals;
	ExactSum	reached = {0};
	ExactSum	missed = {0};

	/* What is certain is 0 or 1, with no rounding. */
	if (rest <= 0)
		return 1.0;
	if (items > periods * throughput->most)
		return 0.0;

	/* What the total needs beyond the least, in units, rounded up: whoever has it keeps it. */
	bound = (rest - 1) / throughput->unit + 1;
	totals_init(&totals, LEAST_PROBABILITY);
	for (int64 period = 0; period < periods && totals.num_totals > 0; period++)
		add_period(&totals, throughput, bound, &reached);
	for (int64 i = 0; i < totals.num_totals; i++)
		exact_sum_add(&missed, totals.probability[i]);
	return exact_sum_value(&reached) / (exact_sum_value(&reached) + exact_sum_value(&missed));
}
