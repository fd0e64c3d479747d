/*
 * joint_forecast_sql.c
 *		When several teams are done with what each of them has left: vsm.joint_probability and
 *		vsm.joint_periods.
 *
 * Teams are independent, so the chance that all are done is the product of theirs. Their samples
 * stand in a jsonb array of arrays, since arrays of PostgreSQL are rectangular and a team that is
 * new has fewer weeks.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "future/forecast.h"
#include "future/forecast_sql.h"
#include "future/probability.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(vsm_joint_probability);
PG_FUNCTION_INFO_V1(vsm_joint_periods);

/* A hundred years of weeks: what takes longer is not forecast. */
#define MAX_PERIODS		5200

/* Teams, with what each has left. */
typedef struct Teams
{
	int			num_teams;		/* that have both samples and a number of items */
	int			num_samples;	/* teams that have samples */
	bool		known;			/* no number of items is null */
	Throughput *throughput;
	int32	   *items;
} Teams;

static void
refuse_samples(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("samples of teams must be an array of arrays of numbers"),
			 errdetail("%s.", what)));
}

/* The samples of one team. */
static void
read_samples(JsonbValue *value, Throughput *throughput)
{
	JsonbContainer *container;
	uint32		num_samples;
	int32	   *samples;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerIsScalar(value->val.binary.data))
		refuse_samples("A team has no array");
	container = value->val.binary.data;
	num_samples = JsonContainerSize(container);
	samples = palloc(sizeof(int32) * Max(num_samples, 1));
	for (uint32 i = 0; i < num_samples; i++)
	{
		JsonbValue *sample = getIthJsonbValueFromContainer(container, i);

		if (sample->type != jbvNumeric)
			refuse_samples("A sample is no number");
		samples[i] = DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(sample->val.numeric)));
		pfree(sample);
	}
	forecast_throughput(throughput, samples, num_samples);
}

/* Reads arguments 0 and 1, samples and items, which belong together by their places. */
static void
read_teams(FunctionCallInfo fcinfo, Teams *teams)
{
	Jsonb	   *samples = PG_GETARG_JSONB_P(0);
	Datum	   *items;
	bool	   *nulls;
	int			num_items;

	if (!JB_ROOT_IS_ARRAY(samples) || JB_ROOT_IS_SCALAR(samples))
		refuse_samples("They are no array");
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), INT4OID, sizeof(int32), true, TYPALIGN_INT, &items, &nulls, &num_items);
	teams->num_samples = JB_ROOT_COUNT(samples);
	teams->num_teams = Min(teams->num_samples, num_items);
	teams->throughput = palloc(sizeof(Throughput) * Max(teams->num_teams, 1));
	teams->items = palloc(sizeof(int32) * Max(teams->num_teams, 1));
	teams->known = true;
	for (int i = 0; i < teams->num_teams; i++)
	{
		read_samples(getIthJsonbValueFromContainer(&samples->root, i), &teams->throughput[i]);
		teams->known &= !nulls[i];
		teams->items[i] = nulls[i] ? 0 : DatumGetInt32(items[i]);
	}
}

/* The chance that all teams are done within the periods; of none it is 0. */
static double
all_done(const Teams *teams, int64 periods)
{
	double		chance = teams->num_teams > 0 ? 1.0 : 0.0;

	for (int i = 0; i < teams->num_teams && chance > 0; i++)
		chance *= forecast_probability(&teams->throughput[i], teams->items[i], periods);
	return chance;
}

/*
 * The periods within which the slowest of the teams is done with probability p, each alone; teams
 * that never are count if any_never. -1 if there are none.
 */
static int64
slowest(const Teams *teams, double p, bool any_never)
{
	int64		most = -1;

	for (int i = 0; i < teams->num_teams; i++)
	{
		int64		periods = teams->items[i] <= 0 ? 0 : forecast_periods(&teams->throughput[i], teams->items[i], p);

		if (periods < 0 && any_never)
			return -1;
		most = Max(most, periods);
	}
	return most;
}

/* joint_probability(samples jsonb, items int[], periods int) -> float8 */
Datum
vsm_joint_probability(PG_FUNCTION_ARGS)
{
	int32		periods = PG_GETARG_INT32(2);
	Teams		teams;

	/* What was to be done by now is not. */
	if (periods < 0)
		PG_RETURN_FLOAT8(0);
	read_teams(fcinfo, &teams);
	if (!teams.known)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(all_done(&teams, periods));
}

/*
 * joint_periods(samples jsonb, items int[], p float8) -> int
 *
 * Not before the slowest is done with that probability; surely when each is with its root of the
 * number of teams.
 */
Datum
vsm_joint_periods(PG_FUNCTION_ARGS)
{
	double		p = forecast_probability_argument(fcinfo, 2);
	Teams		teams;
	int64		first;
	int64		last;

	read_teams(fcinfo, &teams);
	first = teams.known ? slowest(&teams, p, true) : -1;
	if (first < 0 || first > MAX_PERIODS)
		PG_RETURN_NULL();
	if (teams.num_samples == 1)
		PG_RETURN_INT32((int32) first);
	last = slowest(&teams, Min(pow(p, 1.0 / teams.num_samples) + PROBABILITY_TOLERANCE, 1.0), false);
	if (last < 0)
		last = first;
	for (int64 periods = first; periods <= last; periods++)
	{
		CHECK_FOR_INTERRUPTS();
		if (all_done(&teams, periods) >= p * (1.0 - PROBABILITY_TOLERANCE))
			PG_RETURN_INT32((int32) periods);
	}
	PG_RETURN_NULL();
}
