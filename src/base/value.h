/*
 * value.h
 *		What every stored value begins with: the version of its format.
 *
 * A format that this version does not read is refused in one way, wherever the value comes
 * from: XX001 where it was stored, 22P03 where a client sent it (see value_io.h).
 */
#ifndef VSM_VALUE_H
#define VSM_VALUE_H

/* Raises XX001: a stored value of that type ("vsm.timeline") has a format that is not known. */
pg_noreturn extern void value_unknown_format(const char *type, int version, int known);

/* Raises XX001 unless the version of a stored value is the one known. */
static inline void
value_check_version(const char *type, int version, int known)
{
	if (unlikely(version != known))
		value_unknown_format(type, version, known);
}

#endif							/* VSM_VALUE_H */
