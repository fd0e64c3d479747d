/*
 * record_text.h
 *		Reading the text form of what is made from a RecordState: a JSON object of lists.
 *
 * It is read as a stream, without a tree: there may be millions of names. A type's parser begins
 * with RecordParser and has the actions for its lists; those for the object are here.
 */
#ifndef VSM_RECORD_TEXT_H
#define VSM_RECORD_TEXT_H

#include "base/json_tree.h"
#include "base/record_state.h"

typedef struct RecordParser
{
	RecordState *state;			/* what is read so far */
	InputError *error;			/* once it is filled what follows is not looked at */
	const char *form;			/* what the text should be, a sentence */
	const char *empty;			/* what is wrong with an empty name, another */
	int			depth;			/* of the object and the lists that are open */
	uint32		key;			/* number of the name whose list is read */
	uint32		num_names;		/* and other scalars read */
} RecordParser;

/*
 * Reads a text by the actions, of which array_start, array_end and scalar are set, into
 * parser->state. False, with the error filled (22P02, 22P05), for what is malformed.
 */
extern bool record_text_parse(RecordParser *parser, JsonSemAction *actions, const char *text, int len);

/* For actions: the text has not the form that it should have. */
extern void record_text_fail(RecordParser *parser);

/* For actions: the number of a name; false if it is empty or the text has failed before. */
extern bool record_text_name(RecordParser *parser, const char *name, uint32 *number);

/* For the action of scalars, at its end: frees the token. */
extern void record_text_done(RecordParser *parser, char *token);

#endif							/* VSM_RECORD_TEXT_H */
