/*
 * urgency_text.h
 *		Urgency profiles: what a week of waiting costs, and how that changes over time.
 *
 * The urgency of an item at a time is what a week of further delay costs then; the cost of a
 * delay is the integral of the urgency over it (D. G. Reinertsen, "The Principles of Product
 * Development Flow", and the urgency profiles of the Kanban literature). Weeks have 168 hours.
 */
#ifndef VSM_URGENCY_TEXT_H
#define VSM_URGENCY_TEXT_H

#include "base/json_tree.h"
#include "datatype/timestamp.h"

#define USECS_PER_WEEK	(7 * USECS_PER_DAY)

typedef enum UrgencyProfile
{
	URGENCY_RATE,				/* always the same */
	URGENCY_DEADLINE,			/* nothing before a time, a step at it, then a rate */
	URGENCY_EXPIRING,			/* value that is lost by halves from a time on */
	URGENCY_POINTS				/* straight lines between points, nothing outside */
} UrgencyProfile;

/* Amounts are kept as written: they are numbers of any precision. */
typedef struct UrgencyPoint
{
	TimestampTz at;
	const char *per_week;
} UrgencyPoint;

typedef struct Urgency
{
	UrgencyProfile profile;
	const char *per_week;		/* rate, deadline */
	TimestampTz at;				/* deadline, expiring: from then on */
	const char *step;			/* deadline */
	const char *value;			/* expiring */
	double		half_life_weeks;	/* expiring: finite and above 0 */
	UrgencyPoint *points;		/* points: at least two, their times not descending */
	int			num_points;
} Urgency;

/* Reads a profile; false, with error filled (22P02, 22P05), if it is none. */
extern bool urgency_from_text(const char *json, int len, Urgency *urgency, InputError *error);

#endif							/* VSM_URGENCY_TEXT_H */
