/*
 * timeline_text.h
 *		The text form of timelines, [["2026-01-05T10:00:00Z","In Progress"],...], and of the
 *		aggregate's state, which may have a sequence number between time and state.
 */
#ifndef VSM_TIMELINE_TEXT_H
#define VSM_TIMELINE_TEXT_H

#include "base/json_tree.h"
#include "lib/stringinfo.h"
#include "timeline/timeline.h"

/* Between a timeline and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern Timeline *timeline_from_text(const char *text, int len, InputError *error);
extern char *timeline_to_text(const Timeline *timeline);

/* Events as they stand in a text: any order, duplicates included. */
typedef struct TimelineText
{
	TimelineBuilder builder;
	bool		with_seq;		/* events have three members */
	int64	   *seqs;			/* then the numbers, one an event */
	uint32		max_seqs;
} TimelineText;

/* Reads a text; false, with error filled, if it is malformed or has no event. */
extern bool timeline_text_parse(const char *text, int len, bool with_seq,
								TimelineText *result, InputError *error);

/* A text that is written piece by piece. */
typedef struct TimelineTextWriter
{
	StringInfoData buf;
	char	  **escaped;
} TimelineTextWriter;

/*
 * Begin, one call for each event, with its sequence number or NULL, and end, which returns the text.
 * Names are escaped once, at the beginning.
 */
extern void timeline_text_begin(TimelineTextWriter *writer, const StateName *names, uint32 num_names);
extern void timeline_text_event(TimelineTextWriter *writer, int64 at, const int64 *seq, uint32 state);
extern char *timeline_text_end(TimelineTextWriter *writer);

#endif							/* VSM_TIMELINE_TEXT_H */
