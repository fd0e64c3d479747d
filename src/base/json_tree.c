/*
 * json_tree.c
 *		A small tree of a JSON document, made by PostgreSQL's own JSON lexer.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_tree.h"
#include "miscadmin.h"

typedef struct OpenNode
{
	JsonTree   *node;
	struct OpenNode *parent;
} OpenNode;

typedef struct TreeBuilder
{
	OpenNode   *open;			/* innermost array or object not yet closed */
	char	   *pending_key;	/* key read, value not yet */
	JsonTree   *root;
} TreeBuilder;

bool
input_error(InputError *error, const char *format,...)
{
	StringInfoData buf;

	if (input_failed(error))
		return false;
	initStringInfo(&buf);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&buf, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&buf, needed);
	}
	error->sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
	error->detail = buf.data;
	return false;
}

static JsonTree *
add_node(TreeBuilder *builder, JsonTreeType type)
{
	JsonTree   *node = palloc0(sizeof(JsonTree));

	CHECK_FOR_INTERRUPTS();
	node->type = type;
	node->key = builder->pending_key;
	builder->pending_key = NULL;
	if (builder->open == NULL)
		builder->root = node;
	else
	{
		JsonTree   *parent = builder->open->node;

		if (parent->last_child == NULL)
			parent->first_child = node;
		else
			parent->last_child->next = node;
		parent->last_child = node;
		parent->num_children++;
	}
	return node;
}

static void
open_node(TreeBuilder *builder, JsonTreeType type)
{
	OpenNode   *open = palloc(sizeof(OpenNode));

	open->node = add_node(builder, type);
	open->parent = builder->open;
	builder->open = open;
}

static JSON_ACTION_RESULT
object_start(void *state)
{
	open_node(state, JSON_TREE_OBJECT);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
array_start(void *state)
{
	open_node(state, JSON_TREE_ARRAY);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
container_end(void *state)
{
	TreeBuilder *builder = state;

	builder->open = builder->open->parent;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
field_start(void *state, char *name, bool isnull)
{
	((TreeBuilder *) state)->pending_key = name;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
scalar(void *state, char *token, JsonTokenType type)
{
	JsonTree   *node;

	switch (type)
	{
		case JSON_TOKEN_STRING:
			node = add_node(state, JSON_TREE_STRING);
			break;
		case JSON_TOKEN_NUMBER:
			node = add_node(state, JSON_TREE_NUMBER);
			break;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			node = add_node(state, JSON_TREE_BOOLEAN);
			break;
		default:
			node = add_node(state, JSON_TREE_NULL);
			break;
	}
	node->text = token;
	JSON_ACTION_RETURN();
}

JsonTree *
json_tree_parse(const char *json, int len, InputError *error)
{
	TreeBuilder builder = {0};
	JsonSemAction actions = {0};

	actions.semstate = &builder;
	actions.object_start = object_start;
	actions.object_end = container_end;
	actions.array_start = array_start;
	actions.array_end = container_end;
	actions.object_field_start = field_start;
	actions.scalar = scalar;

	return json_stream_parse(vsm_json_lexer(json, len), &actions, error) ? builder.root : NULL;
}

bool
json_stream_parse(JsonLexContext *lexer, const JsonSemAction *actions, InputError *error)
{
	JsonParseErrorType result = pg_parse_json(lexer, unconstify(JsonSemAction *, actions));

	switch (result)
	{
		case JSON_SUCCESS:
			return !input_failed(error);
		case JSON_UNICODE_CODE_POINT_ZERO:
		case JSON_UNICODE_HIGH_ESCAPE:
			error->sqlstate = ERRCODE_UNTRANSLATABLE_CHARACTER;
			break;
		default:
			error->sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
			break;
	}
	error->detail = json_errdetail(result, lexer);
	return false;
}

const char *
json_tree_type_name(const JsonTree *node)
{
	switch (node->type)
	{
		case JSON_TREE_NULL:
			return "null";
		case JSON_TREE_BOOLEAN:
			return "a boolean";
		case JSON_TREE_NUMBER:
			return "a number";
		case JSON_TREE_STRING:
			return "a string";
		case JSON_TREE_ARRAY:
			return "an array";
		case JSON_TREE_OBJECT:
			return "an object";
	}
	return "unknown";			/* keep the compiler quiet */
}

JsonTree *
json_tree_member(const JsonTree *object, const char *key)
{
	for (JsonTree *child = object->first_child; child != NULL; child = child->next)
	{
		if (strcmp(child->key, key) == 0)
			return child;
	}
	return NULL;
}

bool
json_tree_check_keys(const JsonTree *object, const char *const *allowed,
					 const char *what, InputError *error)
{
	for (JsonTree *child = object->first_child; child != NULL; child = child->next)
	{
		const char *const *name = allowed;

		while (*name != NULL && strcmp(child->key, *name) != 0)
			name++;
		if (*name == NULL)
			return input_error(error, "Unknown key \"%s\" in %s.", child->key, what);
		if (json_tree_member(object, child->key) != child)
			return input_error(error, "Key \"%s\" stands twice in %s.", child->key, what);
	}
	return true;
}
