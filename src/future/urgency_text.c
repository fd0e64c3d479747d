/*
 * urgency_text.c
 *		Urgency profiles: reading their JSON form.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "future/urgency_text.h"

/* The profiles, and the keys that each must have, all of them and no others. */
static const struct
{
	const char *name;
	UrgencyProfile profile;
	const char *keys[5];
}			profiles[] =
{
	{"rate", URGENCY_RATE, {"profile", "per_week"}},
	{"deadline", URGENCY_DEADLINE, {"profile", "at", "step", "per_week"}},
	{"expiring", URGENCY_EXPIRING, {"profile", "from", "value", "half_life_weeks"}},
	{"points", URGENCY_POINTS, {"profile", "points"}},
};

static bool
read_time(const JsonTree *node, const char *what, TimestampTz *at, InputError *error)
{
	const char *failure;

	if (node->type != JSON_TREE_STRING)
		return input_error(error, "%s must be a time in a string, not %s.", what, json_tree_type_name(node));
	failure = timestamp_text_parse(node->text, strlen(node->text), at);
	if (failure != NULL)
		return input_error(error, "%s is not a time: \"%s\". %s", what, node->text, failure);
	return true;
}

static bool
read_number(const JsonTree *node, const char *what, const char **number, InputError *error)
{
	if (node->type != JSON_TREE_NUMBER)
		return input_error(error, "%s must be a number, not %s.", what, json_tree_type_name(node));
	*number = node->text;
	return true;
}

static bool
read_points(const JsonTree *node, Urgency *urgency, InputError *error)
{
	if (node->type != JSON_TREE_ARRAY)
		return input_error(error, "\"points\" must be an array, not %s.", json_tree_type_name(node));
	if (node->num_children < 2)
		return input_error(error, "\"points\" must have at least two points: there is nothing outside of the first and the last.");
	urgency->points = palloc(sizeof(UrgencyPoint) * node->num_children);
	for (const JsonTree *child = node->first_child; child != NULL; child = child->next)
	{
		UrgencyPoint *point = &urgency->points[urgency->num_points];

		if (child->type != JSON_TREE_ARRAY || child->num_children != 2)
			return input_error(error, "Point %d must be an array of a time and a number.",
							   urgency->num_points + 1);
		if (!read_time(child->first_child, "The time of a point", &point->at, error) ||
			!read_number(child->last_child, "The rate of a point", &point->per_week, error))
			return false;
		if (urgency->num_points > 0 && point->at < point[-1].at)
			return input_error(error, "Point %d is earlier than the one before it.",
							   urgency->num_points + 1);
		urgency->num_points++;
	}
	return true;
}

static bool
read_profile(const JsonTree *root, Urgency *urgency, InputError *error)
{
	const JsonTree *node;
	const char *half_life = NULL;
	int			i = 0;

	if (root->type != JSON_TREE_OBJECT)
		return input_error(error, "An urgency profile is an object, not %s.", json_tree_type_name(root));
	node = json_tree_member(root, "profile");
	if (node == NULL)
		return input_error(error, "The key \"profile\" is missing.");
	if (node->type != JSON_TREE_STRING)
		return input_error(error, "\"profile\" must be a string, not %s.", json_tree_type_name(node));
	while (i < lengthof(profiles) && strcmp(profiles[i].name, node->text) != 0)
		i++;
	if (i == lengthof(profiles))
		return input_error(error, "Unknown profile \"%s\".", node->text);
	urgency->profile = profiles[i].profile;
	if (!json_tree_check_keys(root, profiles[i].keys, psprintf("profile \"%s\"", node->text), error))
		return false;
	for (const char *const *key = profiles[i].keys; *key != NULL; key++)
	{
		if (json_tree_member(root, *key) == NULL)
			return input_error(error, "Profile \"%s\" needs the key \"%s\".", node->text, *key);
	}

	switch (urgency->profile)
	{
		case URGENCY_RATE:
			return read_number(json_tree_member(root, "per_week"), "\"per_week\"", &urgency->per_week, error);
		case URGENCY_DEADLINE:
			return read_time(json_tree_member(root, "at"), "\"at\"", &urgency->at, error) &&
				read_number(json_tree_member(root, "step"), "\"step\"", &urgency->step, error) &&
				read_number(json_tree_member(root, "per_week"), "\"per_week\"", &urgency->per_week, error);
		case URGENCY_EXPIRING:
			if (!read_time(json_tree_member(root, "from"), "\"from\"", &urgency->at, error) ||
				!read_number(json_tree_member(root, "value"), "\"value\"", &urgency->value, error) ||
				!read_number(json_tree_member(root, "half_life_weeks"), "\"half_life_weeks\"", &half_life, error))
				return false;
			urgency->half_life_weeks = strtod(half_life, NULL);
			if (urgency->half_life_weeks <= 0 || isinf(urgency->half_life_weeks))
				return input_error(error, "\"half_life_weeks\" must be above 0 and within the range of double precision.");
			return true;
		case URGENCY_POINTS:
			return read_points(json_tree_member(root, "points"), urgency, error);
	}
	return false;				/* keep the compiler quiet */
}

bool
urgency_from_text(const char *json, int len, Urgency *urgency, InputError *error)
{
	JsonTree   *root = json_tree_parse(json, len, error);

	memset(urgency, 0, sizeof(Urgency));
	return root != NULL && read_profile(root, urgency, error);
}
