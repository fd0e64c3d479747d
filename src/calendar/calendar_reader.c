/*
 * calendar_reader.c
 *		Working time: questions to an opened calendar.
 *
 * The axis of instants is cut into blocks of 773 days, and 189 blocks are a cycle: 400 years,
 * after which the Gregorian calendar, the weekday of every date and the rule of every time
 * zone repeat exactly. A block is the sorted list of its maximal open periods with the open
 * time before each; it is built when it is first needed (tens of microseconds) and dropped
 * when the reader grows too large, while sums over blocks are kept. So any question is two
 * look-ups in blocks and a difference of sums.
 *
 * Cycle 0 begins in 1900 and holds what happens today. In later cycles, and in those before
 * cycle -1, no zone has anything but its repeating rule (or its constant local mean time): they
 * are computed as cycle 1 and cycle -2, moved by whole cycles. All of them without a holiday or
 * exception are one and the same, so the ends of the timestamp range cost no more than the next
 * century.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "calendar/calendar_reader.h"
#include "calendar/calendar_scan.h"
#include "common/int.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/memutils.h"

#define BLOCK_DAYS			773
#define BLOCK_MICROSECONDS	(BLOCK_DAYS * USECS_PER_DAY)
#define CYCLE_BLOCKS		189
#define CYCLE_DAYS			146097
#define FIRST_DAY			(-36524)	/* 1900-01-01, where cycle 0 begins */
#define MIN_CYCLE			(-17)		/* holds the first timestamp */
#define MAX_CYCLE			730			/* holds the last */
#define PAST_CYCLE			(-2)		/* has the instants of those before it, too */
#define FUTURE_CYCLE		1			/* has the instants of those after it, too */

/*
 * Memory for the blocks of the first calendar of a call site (usual office hours over 2,000
 * years), beyond which the oldest are dropped; the n-th calendar open there has a n-th of it.
 */
#define MAX_BLOCK_MEMORY	(16 * 1024 * 1024)

/* Calendars open at one call site; enough for the teams of a company. */
#define MAX_OPEN			64

typedef struct OpenPeriod
{
	TimestampTz begin;
	int64		before;			/* open time of the block before begin */
} OpenPeriod;

typedef struct Block
{
	struct Block **owner;		/* where it is pointed at from */
	struct Block *next;			/* built after this one */
	Size		size;
	TimestampTz begin;
	int64		total;			/* open time in the whole block */
	int			num_periods;
	int32		first[BLOCK_DAYS + 1];	/* last period that begins at or before a UTC day does */

	/*
	 * Period 0 is empty and begins with the block; after the last stands one with the total,
	 * so the length of each is the difference to the next.
	 */
	OpenPeriod	periods[FLEXIBLE_ARRAY_MEMBER];
} Block;

/* A cycle's blocks and the sums over them, known for a range that grows as it is asked for. */
typedef struct Cycle
{
	int			number;			/* whose instants it has */
	int32		date_shift;		/* days from its dates to those of holidays and exceptions */
	bool		only_week;		/* without holidays and exceptions */
	bool		closed;			/* one holiday covers it all */
	int			known_first;	/* before[known_first .. known_last] is known; */
	int			known_last;		/* -1 while nothing is */
	int64		before[CYCLE_BLOCKS + 1];	/* open time before a block, from anywhere */
	Block	   *blocks[CYCLE_BLOCKS];
} Cycle;

/* All cycles but cycle 0. */
typedef struct FarCycles
{
	Cycle	   *cycles[MAX_CYCLE - MIN_CYCLE + 1];	/* shared ones stand here often */
	Cycle	   *past;
	Cycle	   *future;
	int			known_first;	/* before[] is known for these */
	int			known_last;
	uint64		before[MAX_CYCLE - MIN_CYCLE + 1];	/* from the beginning of cycle 0, modulo 2^64 */
} FarCycles;

struct CalendarReader
{
	MemoryContext context;		/* of the reader and all it holds */
	struct CalendarReader *next;	/* for the cache of a call site */
	Calendar   *calendar;
	CalendarScanner scanner;	/* for building blocks */
	Cycle	   *near_cycle;
	FarCycles  *far;			/* NULL until needed */

	Block	   *oldest;			/* blocks in the order they were built */
	Block	   *newest;
	Size		block_memory;
	Size		max_block_memory;
};

static Cycle *
new_cycle(CalendarReader *reader, int number)
{
	Cycle	   *cycle = MemoryContextAllocZero(reader->context, sizeof(Cycle));

	cycle->number = number;
	cycle->known_first = -1;
	return cycle;
}

static CalendarReader *
open_reader(const char *bytes, Size size, MemoryContext parent)
{
	Calendar   *calendar;
	CalendarReader *reader;
	MemoryContext context;

	context = AllocSetContextCreate(parent, "vsm calendar", ALLOCSET_SMALL_SIZES);
	reader = MemoryContextAllocZero(context, sizeof(CalendarReader));
	calendar = MemoryContextAlloc(context, VARHDRSZ + size);
	SET_VARSIZE(calendar, VARHDRSZ + size);
	memcpy((char *) calendar + VARHDRSZ, bytes, size);
	reader->context = context;
	reader->calendar = calendar;
	calendar_check_format(calendar);
	reader->scanner.context = context;
	reader->scanner.calendar = calendar;
	reader->scanner.zone = pg_tzset(CALENDAR_ZONE(calendar));
	if (reader->scanner.zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", CALENDAR_ZONE(calendar)),
				 errdetail("The calendar was made on a server that has this time zone; this one does not.")));
	reader->near_cycle = new_cycle(reader, 0);
	return reader;
}

CalendarReader *
calendar_open(CalendarReader **cache, const char *bytes, Size size, MemoryContext parent)
{
	CalendarReader **link = cache;
	CalendarReader *reader;
	int			num_open = 0;

	for (reader = *cache; reader != NULL; reader = reader->next)
	{
		if (VARSIZE(reader->calendar) - VARHDRSZ == size &&
			memcmp((char *) reader->calendar + VARHDRSZ, bytes, size) == 0)
			break;
		if (++num_open == MAX_OPEN)
		{
			/* The one not used for longest makes room. */
			*link = NULL;
			MemoryContextDelete(reader->context);
			reader = NULL;
			break;
		}
		link = &reader->next;
	}
	if (reader == NULL)
	{
		reader = open_reader(bytes, size, parent);
		reader->max_block_memory = MAX_BLOCK_MEMORY / (num_open + 1);
	}
	else if (reader == *cache)
		return reader;
	else
		*link = reader->next;
	reader->next = *cache;
	*cache = reader;
	return reader;
}

/*
 * The maximal open periods of a block into reader->scanner.periods. Returns their number, and
 * their sum.
 */
static int
scan_block(CalendarReader *reader, const Cycle *cycle, int position, int64 *total)
{
	int			num_periods;

	*total = 0;
	if (cycle->closed)
		return 0;
	num_periods = calendar_scan(&reader->scanner,
								FIRST_DAY + (cycle->number * CYCLE_BLOCKS + position) * BLOCK_DAYS,
								BLOCK_DAYS, cycle->only_week, cycle->date_shift);
	for (int i = 0; i < num_periods; i++)
		*total += reader->scanner.periods[i].end - reader->scanner.periods[i].begin;
	return num_periods;
}

static Block *
build_block(CalendarReader *reader, Cycle *cycle, int position)
{
	int64		total;
	int			num_periods = scan_block(reader, cycle, position, &total);
	Size		size = offsetof(Block, periods) + (num_periods + 2) * sizeof(OpenPeriod);
	Block	   *block;
	int64		before = 0;
	int			period = 0;

	while (reader->oldest != NULL && reader->block_memory + size > reader->max_block_memory)
	{
		Block	   *oldest = reader->oldest;

		reader->oldest = oldest->next;
		reader->block_memory -= oldest->size;
		*oldest->owner = NULL;
		pfree(oldest);
	}
	block = MemoryContextAlloc(reader->context, size);
	block->owner = &cycle->blocks[position];
	block->next = NULL;
	block->size = size;
	block->begin = (FIRST_DAY + (cycle->number * CYCLE_BLOCKS + position) * BLOCK_DAYS) * USECS_PER_DAY;
	block->total = total;
	block->num_periods = num_periods + 1;
	block->periods[0].begin = block->begin;
	block->periods[0].before = 0;
	for (int i = 0; i < num_periods; i++)
	{
		block->periods[i + 1].begin = reader->scanner.periods[i].begin;
		block->periods[i + 1].before = before;
		before += reader->scanner.periods[i].end - reader->scanner.periods[i].begin;
	}
	block->periods[num_periods + 1].begin = block->begin + BLOCK_MICROSECONDS;
	block->periods[num_periods + 1].before = before;
	for (int day = 0; day <= BLOCK_DAYS; day++)
	{
		while (period < num_periods &&
			   block->periods[period + 1].begin <= block->begin + day * USECS_PER_DAY)
			period++;
		block->first[day] = period;
	}

	if (reader->oldest == NULL)
		reader->oldest = block;
	else
		reader->newest->next = block;
	reader->newest = block;
	reader->block_memory += size;
	cycle->blocks[position] = block;
	return block;
}

static inline Block *
get_block(CalendarReader *reader, Cycle *cycle, int position)
{
	Block	   *block = cycle->blocks[position];

	return likely(block != NULL) ? block : build_block(reader, cycle, position);
}

/* Open time of a whole block, from the block if it is built. */
static int64
total_of_block(CalendarReader *reader, const Cycle *cycle, int position)
{
	int64		total;

	if (cycle->blocks[position] != NULL)
		return cycle->blocks[position]->total;
	scan_block(reader, cycle, position, &total);
	return total;
}

/* Open time of a cycle before a block (0 .. CYCLE_BLOCKS), relative to the others of it. */
static int64
open_before_block(CalendarReader *reader, Cycle *cycle, int position)
{
	int64		total;

	if (likely(position >= cycle->known_first && position <= cycle->known_last &&
			   cycle->known_first >= 0))
		return cycle->before[position];
	if (cycle->known_first < 0)
	{
		cycle->known_first = cycle->known_last = position;
		cycle->before[position] = 0;
	}
	while (cycle->known_last < position)
	{
		total = total_of_block(reader, cycle, cycle->known_last);
		cycle->before[cycle->known_last + 1] = cycle->before[cycle->known_last] + total;
		cycle->known_last++;
	}
	while (cycle->known_first > position)
	{
		total = total_of_block(reader, cycle, cycle->known_first - 1);
		cycle->before[cycle->known_first - 1] = cycle->before[cycle->known_first] - total;
		cycle->known_first--;
	}
	return cycle->before[position];
}

/* Open time of a whole block, remembered in the sums. */
static int64
known_total(CalendarReader *reader, Cycle *cycle, int position)
{
	return open_before_block(reader, cycle, position + 1) -
		open_before_block(reader, cycle, position);
}

static int64
cycle_total(CalendarReader *reader, Cycle *cycle)
{
	return open_before_block(reader, cycle, CYCLE_BLOCKS) - open_before_block(reader, cycle, 0);
}

static Cycle *
make_far_cycle(CalendarReader *reader, int number)
{
	const Calendar *calendar = reader->calendar;
	FarCycles  *far = reader->far;
	int32		first = FIRST_DAY + number * CYCLE_DAYS - CALENDAR_MARGIN_DAYS;
	int32		last = first + CYCLE_DAYS + 2 * CALENDAR_MARGIN_DAYS;
	int			exception = calendar_find_exception(calendar, first);
	int			holiday = calendar_find_holiday(calendar, first);
	bool		has_exception;
	bool		has_holiday;
	Cycle	   *cycle;

	has_exception = exception < calendar->num_exceptions &&
		CALENDAR_EXCEPTIONS(calendar)[exception].date <= last;
	has_holiday = holiday < calendar->num_holidays &&
		CALENDAR_HOLIDAYS(calendar)[holiday].first <= last;

	if (has_exception || has_holiday || (number > PAST_CYCLE && number < FUTURE_CYCLE))
	{
		cycle = new_cycle(reader, Max(PAST_CYCLE, Min(number, FUTURE_CYCLE)));
		cycle->date_shift = (number - cycle->number) * CYCLE_DAYS;
		cycle->closed = !has_exception && has_holiday &&
			CALENDAR_HOLIDAYS(calendar)[holiday].first <= first &&
			CALENDAR_HOLIDAYS(calendar)[holiday].last >= last;
	}
	else
	{
		Cycle	  **shared = number <= PAST_CYCLE ? &far->past : &far->future;

		if (*shared == NULL)
		{
			*shared = new_cycle(reader, number <= PAST_CYCLE ? PAST_CYCLE : FUTURE_CYCLE);
			(*shared)->only_week = true;
		}
		cycle = *shared;
	}
	return cycle;
}

static Cycle *
get_cycle(CalendarReader *reader, int number)
{
	FarCycles  *far;

	if (likely(number == 0))
		return reader->near_cycle;
	if (reader->far == NULL)
		reader->far = MemoryContextAllocZero(reader->context, sizeof(FarCycles));
	far = reader->far;
	if (far->cycles[number - MIN_CYCLE] == NULL)
		far->cycles[number - MIN_CYCLE] = make_far_cycle(reader, number);
	return far->cycles[number - MIN_CYCLE];
}

/* Open time from the beginning of cycle 0 to that of another, modulo 2^64. */
static uint64
open_before_cycle(CalendarReader *reader, int number)
{
	FarCycles  *far;
	uint64	   *before;

	if (number == 0)
		return 0;
	(void) get_cycle(reader, number);
	far = reader->far;
	before = far->before - MIN_CYCLE;
	while (far->known_last < number)
	{
		before[far->known_last + 1] = before[far->known_last] +
			(uint64) cycle_total(reader, get_cycle(reader, far->known_last));
		far->known_last++;
	}
	while (far->known_first > number)
	{
		before[far->known_first - 1] = before[far->known_first] -
			(uint64) cycle_total(reader, get_cycle(reader, far->known_first - 1));
		far->known_first--;
	}
	return before[number];
}

/* An instant as cycle, block and instant of the cycle that stands for it. */
typedef struct Place
{
	int			number;			/* of the cycle on the axis */
	Cycle	   *cycle;			/* the one that stands for it */
	int			position;		/* of the block in it */
	TimestampTz at;				/* the instant moved to that cycle */
} Place;

/* How much later an instant is on the axis than in the cycle that stands for it. */
static inline int64
cycle_shift(const Cycle *cycle, int number)
{
	return (int64) (number - cycle->number) * CYCLE_DAYS * USECS_PER_DAY;
}

static inline void
find_place(CalendarReader *reader, TimestampTz at, Place *place)
{
	int32		day = (int32) calendar_floor_div(at, USECS_PER_DAY) - FIRST_DAY;

	if (likely(day >= 0 && day < CYCLE_DAYS))
	{
		place->number = 0;
		place->cycle = reader->near_cycle;
		place->position = day / BLOCK_DAYS;
		place->at = at;
	}
	else
	{
		place->number = (int) calendar_floor_div(day, CYCLE_DAYS);
		place->cycle = get_cycle(reader, place->number);
		place->position = (day - place->number * CYCLE_DAYS) / BLOCK_DAYS;
		place->at = at - cycle_shift(place->cycle, place->number);
	}
}

/* The last period of a block that begins at or before an instant of the block. */
static inline int
find_period(const Block *block, TimestampTz at)
{
	int			day = (int) ((at - block->begin) / USECS_PER_DAY);
	int			low = block->first[day];
	int			high = block->first[day + 1];

	while (low < high)
	{
		int			middle = low + (high - low + 1) / 2;

		if (block->periods[middle].begin <= at)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Open time of a block before an instant of it. */
static inline int64
open_in_block(const Block *block, TimestampTz at)
{
	const OpenPeriod *period = &block->periods[find_period(block, at)];

	return period->before + Min(at - period->begin, period[1].before - period->before);
}

/* Open time from anywhere in a cycle to a place in it. */
static inline int64
open_in_cycle(CalendarReader *reader, const Place *place)
{
	Block	   *block = get_block(reader, place->cycle, place->position);

	return open_before_block(reader, place->cycle, place->position) +
		open_in_block(block, place->at);
}

int64
calendar_working_time(CalendarReader *reader, TimestampTz since, TimestampTz until)
{
	Place		from;
	Place		to;
	int64		span;
	uint64		result;

	/* Beyond 292,000 years the span itself does not fit: then the sum of two may. */
	if (unlikely(pg_sub_s64_overflow(until, since, &span)))
	{
		int64		first = calendar_working_time(reader, since, 0);
		int64		second = calendar_working_time(reader, 0, until);

		if (pg_add_s64_overflow(first, second, &span))
			interval_out_of_range();
		return span;
	}

	find_place(reader, since, &from);
	find_place(reader, until, &to);
	if (likely(from.number == to.number))
		return open_in_cycle(reader, &to) - open_in_cycle(reader, &from);

	/* Sums modulo 2^64 may wrap, their difference is at most the span, which fits. */
	result = open_before_cycle(reader, to.number) - open_before_cycle(reader, from.number);
	result += (uint64) (open_in_cycle(reader, &to) - open_before_block(reader, to.cycle, 0));
	result -= (uint64) (open_in_cycle(reader, &from) - open_before_block(reader, from.cycle, 0));
	return (int64) result;
}

bool
calendar_is_working(CalendarReader *reader, TimestampTz at)
{
	Place		place;
	const Block *block;
	const OpenPeriod *period;

	find_place(reader, at, &place);
	block = get_block(reader, place.cycle, place.position);
	period = &block->periods[find_period(block, place.at)];
	return place.at - period->begin < period[1].before - period->before;
}

/*
 * The instant of a block with target microseconds of its open time before it: the earliest
 * (0 < target <= total) or the latest (0 <= target < total).
 */
static TimestampTz
instant_in_block(const Block *block, int64 target, bool earliest)
{
	int			low = 0;
	int			high = block->num_periods - 1;

	/* The last period with less (or, for the latest instant, no more) than target before it. */
	while (low < high)
	{
		int			middle = low + (high - low + 1) / 2;

		if (block->periods[middle].before < target + !earliest)
			low = middle;
		else
			high = middle - 1;
	}
	return block->periods[low].begin + (target - block->periods[low].before);
}

/*
 * Steps forward over whole blocks, and over whole cycles, that hold less than remaining, which
 * counts from the beginning of the block. False if the axis ends before.
 */
static bool
skip_forward(CalendarReader *reader, Place *place, uint64 *remaining)
{
	for (;;)
	{
		uint64		total;

		if (place->position == 0 &&
			*remaining > (total = (uint64) cycle_total(reader, place->cycle)))
			place->position = CYCLE_BLOCKS;
		else if (*remaining > (total = (uint64) known_total(reader, place->cycle, place->position)))
			place->position++;
		else
			return true;
		*remaining -= total;
		if (place->position == CYCLE_BLOCKS)
		{
			if (place->number == MAX_CYCLE)
				return false;
			place->cycle = get_cycle(reader, ++place->number);
			place->position = 0;
		}
	}
}

/* The same backward; remaining counts back from the end of the block. */
static bool
skip_backward(CalendarReader *reader, Place *place, uint64 *remaining)
{
	for (;;)
	{
		uint64		total;

		if (place->position == CYCLE_BLOCKS - 1 &&
			*remaining > (total = (uint64) cycle_total(reader, place->cycle)))
			place->position = -1;
		else if (*remaining > (total = (uint64) known_total(reader, place->cycle, place->position)))
			place->position--;
		else
			return true;
		*remaining -= total;
		if (place->position < 0)
		{
			if (place->number == MIN_CYCLE)
				return false;
			place->cycle = get_cycle(reader, --place->number);
			place->position = CYCLE_BLOCKS - 1;
		}
	}
}

bool
calendar_add(CalendarReader *reader, TimestampTz at, int64 amount, TimestampTz *result)
{
	bool		forward = amount > 0;
	Place		place;
	int64		used;
	uint64		remaining = forward ? (uint64) amount : -(uint64) amount;
	TimestampTz found;

	*result = at;
	if (amount == 0)
		return true;
	find_place(reader, at, &place);
	used = open_in_block(get_block(reader, place.cycle, place.position), place.at);
	if (forward)
	{
		remaining += (uint64) used;
		if (!skip_forward(reader, &place, &remaining))
			return false;
	}
	else
	{
		remaining += (uint64) (known_total(reader, place.cycle, place.position) - used);
		if (!skip_backward(reader, &place, &remaining))
			return false;
		remaining = (uint64) known_total(reader, place.cycle, place.position) - remaining;
	}
	found = instant_in_block(get_block(reader, place.cycle, place.position),
							 (int64) remaining, forward);
	return !pg_add_s64_overflow(found, cycle_shift(place.cycle, place.number), result) &&
		IS_VALID_TIMESTAMP(*result);
}

void
calendar_visit_periods(CalendarReader *reader, TimestampTz since, TimestampTz until,
					   CalendarVisit visit, void *context)
{
	Place		place;

	if (since >= until)
		return;
	find_place(reader, since, &place);
	for (;;)
	{
		Block	   *block = get_block(reader, place.cycle, place.position);
		int64		shift = cycle_shift(place.cycle, place.number);
		TimestampTz block_end;

		CHECK_FOR_INTERRUPTS();
		for (int i = 1; i < block->num_periods; i++)
		{
			OpenPeriod *period = &block->periods[i];
			TimestampTz period_begin;
			TimestampTz period_end;

			if (pg_add_s64_overflow(period->begin, shift, &period_begin) || period_begin >= until)
				break;
			if (pg_add_s64_overflow(period_begin, period[1].before - period->before, &period_end) ||
				period_end > until)
				period_end = until;
			if (period_end <= since)
				continue;
			visit(Max(period_begin, since), period_end, context);
		}
		if (pg_add_s64_overflow(block->begin + BLOCK_MICROSECONDS, shift, &block_end) ||
			block_end >= until)
			break;
		if (++place.position == CYCLE_BLOCKS)
		{
			place.cycle = get_cycle(reader, ++place.number);
			place.position = 0;
		}
	}
}
