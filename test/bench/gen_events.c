/*
 * gen_events ITEMS [SEED]
 *		Writes the events of ITEMS work items as CSV (item, key, state, at) in order of arrival,
 *		the same for the same arguments: about ten events an item over three years, of nine states.
 *
 * Every item walks the stream from Backlog to Done. Stage times are log-normal around a median.
 * A third of the items may be sent back from review, test or release to In Progress (up to four
 * times), one in twenty is cancelled on the way, one in ten is young and stays where it is; what
 * would happen after the end of the three years has not happened.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Event
{
	int64_t		at;				/* microseconds since 1970 */
	uint32_t	item;
	uint32_t	state;
} Event;

enum
{
	IN_PROGRESS = 3, CODE_REVIEW, QA, READY_FOR_RELEASE, DONE, CANCELLED
};

static const char *const state_names[] = {
	"Backlog", "Analysis", "Ready", "In Progress", "Code Review", "QA", "Ready for Release",
	"Done", "Cancelled"
};

/* The time in each state before Done: median in hours, and sigma of its logarithm. */
static const double median_hours[] = {120, 10, 36, 14, 8, 10, 30};
static const double sigma[] = {1.2, 0.8, 1.0, 0.8, 1.0, 0.9, 0.9};

static const char *const projects[] = {"PAY", "CORE", "WEB", "OPS", "DATA", "MOB", "SEC", "API"};

#define DAY			INT64_C(86400000000)
#define BEGIN		(INT64_C(19358) * DAY)	/* 2023-01-01 */
#define LENGTH		(1095 * DAY)

static uint64_t random_state;

/* splitmix64: small, fast, and the same everywhere. */
static uint64_t
random_bits(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* In (0, 1), so that its logarithm is finite. */
static double
uniform(void)
{
	return ((random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
	double		radius = sqrt(-2 * log(uniform()));

	return radius * cos(2 * 3.14159265358979323846 * uniform());
}

/* Appends the events of one item at *next. */
static void
walk(uint32_t item, Event **next)
{
	int			stays_open = uniform() < 0.10;
	int			is_cancelled = uniform() < 0.05;
	double		birth = uniform();
	int			open_in = stays_open ? (int) (uniform() * 7) : DONE + 1;
	int			cancelled_in = is_cancelled ? 1 + (int) (uniform() * 6) : DONE + 1;
	int			sent_back_at_most = uniform() < 0.33 ? 4 : 0;
	int			sent_back = 0;
	int			state = 0;
	int64_t		at = BEGIN + (int64_t) (LENGTH * (stays_open ? 0.85 + 0.14 * birth : 0.93 * birth));

	for (;;)
	{
		*(*next)++ = (Event) {at, item, state};
		if (state == DONE || (state == open_in && sent_back == 0))
			return;

		at += 1 + (int64_t) (exp(normal() * sigma[state]) * median_hours[state] * 3600e6);
		if (at >= BEGIN + LENGTH)
			return;
		if (state >= cancelled_in)
		{
			*(*next)++ = (Event) {at, item, CANCELLED};
			return;
		}
		if (state >= CODE_REVIEW && state <= READY_FOR_RELEASE &&
			sent_back < sent_back_at_most && uniform() < 0.62)
		{
			state = IN_PROGRESS;
			sent_back++;
		}
		else
			state++;
	}
}

static int
by_arrival(const void *a, const void *b)
{
	const Event *x = a,
			   *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

/* Days since 1970 as YYYY-MM-DD: counted in years that begin in March, so that a leap day is last. */
static void
write_date(char *out, size_t size, int days)
{
	int			since_0000 = days + 719468;
	int			era = since_0000 / 146097;
	int			day_of_era = since_0000 % 146097;
	int			year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int			day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int			month = (5 * day_of_year + 2) / 153;
	int			day = day_of_year - (153 * month + 2) / 5 + 1;

	month += month < 10 ? 3 : -9;
	snprintf(out, size, "%04d-%02d-%02d", era * 400 + year_of_era + (month <= 2), month, day);
}

int
main(int argc, char **argv)
{
	long		items = argc > 1 ? atol(argv[1]) : 0;
	Event	   *events,
			   *next,
			   *event;
	int			day = -1;
	char		date[32];

	if (items <= 0 || items > 100000000)
	{
		fprintf(stderr, "usage: gen_events ITEMS [SEED]\n");
		return 2;
	}
	random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 42;

	/* The longest walk: seven states, four times back over at most three of them, and the end. */
	events = next = malloc((size_t) items * 24 * sizeof(Event));
	if (events == NULL)
	{
		fprintf(stderr, "gen_events: out of memory\n");
		return 1;
	}
	for (long item = 1; item <= items; item++)
		walk((uint32_t) item, &next);
	qsort(events, next - events, sizeof(Event), by_arrival);

	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	for (event = events; event < next; event++)
	{
		int64_t		time_of_day = event->at % DAY;
		int			seconds = (int) (time_of_day / 1000000);

		if (event->at / DAY != day)
			write_date(date, sizeof(date), day = (int) (event->at / DAY));
		printf("%u,%s-%u,%s,%s %02d:%02d:%02d.%06d+00\n",
			   event->item, projects[event->item % 8], event->item, state_names[event->state],
			   date, seconds / 3600, seconds / 60 % 60, seconds % 60, (int) (time_of_day % 1000000));
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
