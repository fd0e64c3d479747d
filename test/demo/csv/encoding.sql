-- The lines came byte by byte (as Latin-1, with carriage returns inside them as the character 1): makes them text.

SELECT refuse('the file is empty.') WHERE NOT EXISTS (SELECT FROM csv_line WHERE line ~ '[^\s\x01]');

-- Old Macintosh files end their lines with carriage returns alone.
SELECT coalesce(line LIKE E'%\x01%', false) AS returns FROM csv_line ORDER BY number LIMIT 1 \gset
\if :returns
	CREATE TEMP TABLE csv_longer AS
	SELECT number, place, part FROM csv_line, string_to_table(line, E'\x01') WITH ORDINALITY AS p(part, place);
	TRUNCATE csv_line RESTART IDENTITY;
	INSERT INTO csv_line (line) SELECT part FROM csv_longer ORDER BY number, place;
	DROP TABLE csv_longer;
\else
	UPDATE csv_line SET line = translate(line, E'\x01', ' ') WHERE line LIKE E'%\x01%';
\endif

CREATE FUNCTION decoded(line text, encoding text) RETURNS text LANGUAGE sql STABLE
RETURN convert_from(convert_to(line, 'LATIN1'), encoding);

CREATE FUNCTION is_utf8(line text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN decoded(line, 'UTF8') IS NOT NULL;
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
	RETURN false;
END $$;

-- A letter of UTF-8 that is not ASCII, byte by byte.
CREATE FUNCTION utf8_letter() RETURNS text LANGUAGE sql IMMUTABLE
RETURN '[\u00c2-\u00df][\u0080-\u00bf]|[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]{2}|'
	'\u00e0[\u00a0-\u00bf][\u0080-\u00bf]|[\u00f1-\u00f3][\u0080-\u00bf]{3}';

-- UTF-8 with broken letters: what is no letter becomes the bytes of U+FFFD, which say so.
CREATE FUNCTION mended(line text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	marked text := regexp_replace(line, format('(%s)|([\u0080-\u00ff])', utf8_letter()), E'\\1\x1e\\2\x1d', 'g');
BEGIN
	RETURN decoded(regexp_replace(replace(marked, E'\x1e\x1d', ''), E'\x1e.\x1d', U&'\00EF\00BF\00BD', 'g'), 'UTF8');
END $$;

-- The first word of a text that is not plain ASCII: what shows whether an encoding is the right one.
CREATE FUNCTION foreign_word(line text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN quoted((regexp_match(line, '[^\s,;|"]*[^\x01-\x7f][^\s,;|"]*'))[1]);

DO $$
DECLARE
	asked   text := (SELECT nullif(encoding, '') FROM csv_option);
	foreign_lines bigint := (SELECT count(*) FROM csv_line WHERE octet_length(line) > char_length(line));
	bad     record;
	letters bigint;
	broken  bigint;
	runs    float8;
BEGIN
	IF foreign_lines = 0 THEN
		RETURN;
	END IF;
	IF asked IS NOT NULL AND upper(asked) NOT LIKE 'UTF%16%' THEN
		BEGIN
			UPDATE csv_line SET line = decoded(line, asked) WHERE octet_length(line) > char_length(line);
			RETURN;
		EXCEPTION WHEN undefined_object OR invalid_parameter_value OR undefined_function THEN
			PERFORM refuse(format('ENCODING=%s is no encoding that PostgreSQL knows; among them are UTF8, WIN1252, WIN1251, LATIN1, GBK, '
				'BIG5, SJIS, EUC_JP and EUC_KR.', asked));
		WHEN character_not_in_repertoire OR untranslatable_character THEN
			PERFORM refuse(format('the file is not in the encoding %s: %s.', asked, SQLERRM));
		END;
	END IF;
	BEGIN
		UPDATE csv_line SET line = decoded(line, 'UTF8') WHERE octet_length(line) > char_length(line);
		RETURN;
	EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
	END;

	CREATE TEMP TABLE csv_foreign AS
	SELECT number, line, is_utf8(line) AS is_utf8 FROM csv_line WHERE octet_length(line) > char_length(line);
	SELECT count(*) AS lines, min(number) AS first INTO bad FROM csv_foreign WHERE NOT is_utf8;

	-- Letters of UTF-8, and a few that are broken, as where a text was cut.
	SELECT sum(regexp_count(line, utf8_letter())), sum(regexp_count(regexp_replace(line, utf8_letter(), '', 'g'), '[\u0080-\u00ff]'))
		INTO letters, broken
	FROM (SELECT line FROM csv_foreign LIMIT 10000) f;
	IF letters > 0 AND letters * 2 >= broken THEN
		UPDATE csv_line l SET line = CASE WHEN is_utf8 THEN decoded(l.line, 'UTF8') ELSE mended(l.line) END
		FROM csv_foreign f WHERE f.number = l.number;
		INSERT INTO csv_note (note) VALUES (format('%s broken letters, which are read as %s; the first is line %s.',
			CASE WHEN bad.lines = 1 THEN '1 line has' ELSE bad.lines || ' lines have' END, U&'\FFFD', bad.first));
		RETURN;
	END IF;

	-- In Western languages letters that are not ASCII stand alone or in pairs, in others they follow each other.
	SELECT coalesce(sum(char_length(run)) FILTER (WHERE char_length(run) > 2), 0)::float8 / sum(char_length(run)) INTO runs
	FROM (SELECT run[1] AS run FROM csv_foreign, regexp_matches(line, '[\u0080-\u00ff]+', 'g') AS m(run) LIMIT 10000) r;
	IF runs < 0.1 THEN
		BEGIN
			UPDATE csv_line SET line = decoded(line, 'WIN1252') WHERE octet_length(line) > char_length(line);
			INSERT INTO csv_note (note) SELECT format('The file is not UTF-8 but is read as Windows-1252: line %s has %s; if that is '
				'wrong, ENCODING= names the right one.',
				bad.first, foreign_word(line)) FROM csv_line WHERE number = bad.first;
			RETURN;
		EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
		END;
	END IF;
	PERFORM refuse(format('the file is not UTF-8 (line %s is the first that shows it): say what it is with ENCODING=, for example GBK, '
		'BIG5, SJIS, EUC_KR, WIN1251 or WIN1252, or save it as UTF-8.', bad.first));
END $$;

-- A byte order mark is no letter of the first name.
UPDATE csv_line SET line = ltrim(line, U&'\FEFF') WHERE number = 1 AND line LIKE U&'\FEFF%';
