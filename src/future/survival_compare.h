/*
 * survival_compare.h
 *		Whether the items of two survival estimates last equally long: the log-rank test.
 *
 * The definition: N. Mantel, "Evaluation of survival data and two new rank order statistics arising
 * in its consideration", Cancer Chemotherapy Reports 50 (1966), as in R's survdiff (rho = 0). At each
 * duration at which items finish, those of the second estimate are expected to have the share in the
 * finished that they have in the items at risk, with the variance of the hypergeometric distribution.
 */
#ifndef VSM_SURVIVAL_COMPARE_H
#define VSM_SURVIVAL_COMPARE_H

#include "future/survival.h"

typedef struct SurvivalComparison
{
	bool		is_known;		/* at some duration the test could have told them apart */
	double		chi_square;		/* with one degree of freedom */
	double		p_value;
	bool		has_ratio;		/* and items of a finished */
	double		hazard_ratio;	/* (observed / expected) of b to that of a */
} SurvivalComparison;

/* Compares two finished values. 22003 if they have more items than bigint counts. */
extern void survival_compare(const Survival *a, const Survival *b, SurvivalComparison *comparison);

#endif							/* VSM_SURVIVAL_COMPARE_H */
