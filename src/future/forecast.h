/*
 * forecast.h
 *		How many items, or how many periods: the exact distribution of resampled throughput.
 *
 * The model is what a Monte Carlo forecast draws from: in each coming period as many items
 * finish as in one of the sampled periods, each sample being equally probable and the periods
 * independent (a bootstrap). The distribution of the total over several periods is then the
 * convolution of the samples' with itself; it is computed, not drawn, so that the same
 * question always has the same answer.
 */
#ifndef VSM_FORECAST_H
#define VSM_FORECAST_H

/* The samples: how probable which number of items is in one period. */
typedef struct Throughput
{
	int64		least;			/* items in the worst period */
	int64		most;			/* and in the best */
	int64		unit;			/* totals of n periods are n * least + a multiple of this */
	int			num_samples;
	int			num_values;		/* different numbers, ascending: */
	int64	   *steps;			/* (number - least) / unit */
	double	   *counts;			/* samples with that number */
} Throughput;

/* Prepares samples, none of them negative, at least one; sorts them in place. */
extern void throughput_init(Throughput *throughput, int32 *samples, int num_samples);

/*
 * The largest n such that at least n items finish within the periods with probability p or
 * more (0 < p <= 1). 54000 if too many totals are possible.
 */
extern int64 forecast_items(const Throughput *throughput, int64 periods, double p);

/*
 * The smallest number of periods within which at least that many items (more than 0) finish
 * with probability p or more; -1 if no number reaches it. 54000 if too many totals are
 * possible.
 */
extern int64 forecast_periods(const Throughput *throughput, int64 items, double p);

/*
 * The probability that at least that many items finish within the periods: the one that
 * forecast_items compares with p. 54000 if too many totals are possible.
 */
extern double forecast_probability(const Throughput *throughput, int64 items, int64 periods);

#endif							/* VSM_FORECAST_H */
