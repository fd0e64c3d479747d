/*
 * survival_io.c
 *		vsm.survival as a type: text, binary, json and jsonb.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value_io.h"
#include "future/survival_io.h"
#include "future/survival_text.h"

PG_FUNCTION_INFO_V1(vsm_survival_recv);
PG_FUNCTION_INFO_V1(vsm_survival_send);

const Survival *
survival_from_datum(Datum datum)
{
	const Survival *survival = (const Survival *) flat_state_peek(datum, &survival_format);

	return survival->gathering ? survival_finish(survival) : survival;
}

VALUE_TEXT_FUNCTIONS(survival, "vsm.survival", survival_from_datum, survival_from_text, survival_to_text)

/*
 * Binary form: format version (byte), in days (byte), resolution as exponent (byte), number of
 * durations (int32), each as microseconds, finished, open (int64). The estimates are computed
 * again: nobody can send wrong ones.
 */
Datum
vsm_survival_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	Survival   *survival = survival_new();
	int			in_days;
	int			resolution;
	uint32		num_steps;

	value_begin_receive(buf, "vsm.survival", SURVIVAL_VERSION);
	in_days = pq_getmsgbyte(buf);
	resolution = pq_getmsgbyte(buf);
	num_steps = pq_getmsgint(buf, 4);
	if (in_days > 1 || resolution > SURVIVAL_MAX_RESOLUTION || num_steps == 0 ||
		num_steps > (buf->len - buf->cursor) / 24)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid header of a binary survival estimate")));
	survival->resolution = resolution;
	for (uint32 i = 0; i < num_steps; i++)
	{
		int64		duration = pq_getmsgint64(buf);
		int64		finished = pq_getmsgint64(buf);
		int64		open = pq_getmsgint64(buf);

		if (duration < 0 || finished < 0 || open < 0 || (finished == 0 && open == 0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid duration in a binary survival estimate"),
					 errdetail("A duration or a count is negative, or there are no items.")));
		if (finished > 0)
			survival = survival_add(survival, duration, true, finished, in_days);
		if (open > 0)
			survival = survival_add(survival, duration, false, open, in_days);
	}
	PG_RETURN_POINTER(survival_finish(survival));
}

Datum
vsm_survival_send(PG_FUNCTION_ARGS)
{
	const Survival *survival = survival_from_datum(PG_GETARG_DATUM(0));
	const SurvivalStep *steps = SURVIVAL_STEPS(survival);
	uint32		num_steps = SURVIVAL_NUM_STEPS(survival);
	StringInfoData buf;

	value_begin_send(&buf, SURVIVAL_VERSION);
	pq_sendbyte(&buf, survival->in_days);
	pq_sendbyte(&buf, survival->resolution);
	pq_sendint32(&buf, num_steps);
	for (uint32 i = 0; i < num_steps; i++)
	{
		pq_sendint64(&buf, steps[i].duration);
		pq_sendint64(&buf, steps[i].finished);
		pq_sendint64(&buf, steps[i].open);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
