/*
 * enter_model.h
 *		Whose tables names mean.
 */
#ifndef VSM_ENTER_MODEL_H
#define VSM_ENTER_MODEL_H

/*
 * Lets names of tables mean those of a model, for the rest of the function of SQL that is running and
 * has a setting of search_path of its own. An error if there is no such model or it belongs to somebody
 * else. model may be NULL, which is an error.
 */
extern void enter_model(const char *model);

#endif							/* VSM_ENTER_MODEL_H */
