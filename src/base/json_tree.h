/*
 * json_tree.h
 *		A small tree of a JSON document, made by PostgreSQL's own JSON lexer.
 *
 * For configuration (workflows, calendars, urgency profiles): unlike jsonb it keeps
 * duplicate keys, so that they can be refused, and the order in which things stand.
 */
#ifndef VSM_JSON_TREE_H
#define VSM_JSON_TREE_H

#include "common/jsonapi.h"

typedef enum JsonTreeType
{
	JSON_TREE_NULL,
	JSON_TREE_BOOLEAN,
	JSON_TREE_NUMBER,
	JSON_TREE_STRING,
	JSON_TREE_ARRAY,
	JSON_TREE_OBJECT
} JsonTreeType;

typedef struct JsonTree
{
	JsonTreeType type;
	char	   *key;			/* of a member of an object, else NULL */
	char	   *text;			/* string: its value; number, boolean: as written */
	int			num_children;	/* of an array or object */
	struct JsonTree *first_child;
	struct JsonTree *last_child;
	struct JsonTree *next;		/* the next child of the same parent */
} JsonTree;

/*
 * Why a value could not be read: zeroed at first, filled by the parsers, which never throw for
 * bad input, and raised by the SQL-callable functions around them (see value_io.h).
 */
typedef struct InputError
{
	int			sqlstate;
	char	   *detail;			/* a sentence; NULL: nothing has failed so far */
} InputError;

static inline bool
input_failed(const InputError *error)
{
	return error->detail != NULL;
}

/*
 * Sets the detail of an error (SQLSTATE 22P02) and returns false, for "return input_error(...)".
 * What failed first stays.
 */
extern bool input_error(InputError *error, const char *format,...) pg_attribute_printf(2, 3);

/*
 * Reads a JSON document as a stream, for what may be too large for a tree: calls the actions,
 * which may fill error. False, with error filled, if one did, or if it is no JSON (22P02) or
 * holds what text cannot (22P05, for example \u0000).
 */
extern bool json_stream_parse(JsonLexContext *lexer, const JsonSemAction *actions, InputError *error);

/*
 * Reads a JSON document. Returns NULL, with error filled, if it is not one (22P02) or holds
 * what text cannot (22P05, for example \u0000). Trees live in the current memory context.
 */
extern JsonTree *json_tree_parse(const char *json, int len, InputError *error);

/* The name of a node's type in messages: "a string", "an object", ... */
extern const char *json_tree_type_name(const JsonTree *node);

/* The member of an object with that key, or NULL. */
extern JsonTree *json_tree_member(const JsonTree *object, const char *key);

/*
 * Checks that an object's keys are all among the allowed (NULL-terminated) and that none
 * stands twice; what names the object in the message ("a workflow", "a stage").
 */
extern bool json_tree_check_keys(const JsonTree *object, const char *const *allowed,
								 const char *what, InputError *error);

#endif							/* VSM_JSON_TREE_H */
