/*
 * trailers.h
 *		The trailers of a commit's message, as git interpret-trailers --parse finds them.
 */
#ifndef VSM_TRAILERS_H
#define VSM_TRAILERS_H

/* A trailer: places in the message. The value may go on over several lines. */
typedef struct Trailer
{
	const char *key;
	int			key_len;
	const char *value;			/* without the blanks around it */
	int			value_len;
} Trailer;

/*
 * Where the trailers of a message begin, which is its end if it has none: the last paragraph, but
 * not the first, in which every line is a trailer, or a quarter of them and one that git itself
 * writes. What follows a line "---" is a patch and not part of the message: *end becomes its end.
 */
extern const char *trailers_begin(const char *message, const char **end);

/*
 * The next trailer at or behind place, or NULL where there is none; *place becomes where it ends.
 */
extern bool trailers_next(const char **place, const char *end, Trailer *trailer);

#endif							/* VSM_TRAILERS_H */
