/*
 * constant_argument.h
 *		Whether a function may keep what it made of an argument.
 */
#ifndef VSM_CONSTANT_ARGUMENT_H
#define VSM_CONSTANT_ARGUMENT_H

#include "fmgr.h"
#include "nodes/primnodes.h"

/*
 * Whether an argument is a constant in the statement that calls. get_fn_expr_arg_stable also says so of
 * variables of PL/pgSQL, which have another value the next time that an expression is evaluated.
 */
static inline bool
argument_is_constant(const FmgrInfo *function, int argument)
{
	const Node *call = function == NULL ? NULL : function->fn_expr;

	return call != NULL && IsA(call, FuncExpr) && argument < list_length(((const FuncExpr *) call)->args) &&
		IsA(list_nth(((const FuncExpr *) call)->args, argument), Const);
}

#endif							/* VSM_CONSTANT_ARGUMENT_H */
