-- vsm.propose_workflow: what names of states mean in seven languages, what is no name, what the data
-- say where names do not, what the NOTICE tells, and that any states at all make a workflow.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(70);
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL jit = off;
SELECT setseed(0.53);

CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, message, nullif(detail, ''), nullif(hint, ''));
END $$;
-- Items of one state after the other; '3* A > B' are three of them.
CREATE FUNCTION pg_temp.lines(VARIADIC ways text[]) RETURNS SETOF vsm.timeline LANGUAGE sql AS $$
	SELECT vsm.timeline('2026-01-05 00:00+00'::timestamptz + place * interval '1 hour', state)
	FROM unnest(ways) WITH ORDINALITY AS w (way, n), generate_series(1, coalesce(substring(way FROM '^(\d+)\* ')::int, 1)) AS copy,
		LATERAL string_to_table(regexp_replace(way, '^\d+\* ', ''), ' > ') WITH ORDINALITY AS s (state, place)
	GROUP BY n, copy $$;
-- What is proposed for them: 'A new > B active > C done, created'; without the rule if it is the usual one.
CREATE FUNCTION pg_temp.draft(VARIADIC ways text[]) RETURNS text LANGUAGE sql AS $$
	WITH proposal AS MATERIALIZED (SELECT vsm.propose_workflow(timeline) AS workflow FROM pg_temp.lines(VARIADIC ways) AS timeline)
	SELECT string_agg(stage || ' ' || class, ' > ' ORDER BY place) || coalesce(', ' || nullif(min(workflow::json ->> 'start'),
		'committed'), '')
	FROM proposal, vsm.stages(workflow) $$;
CREATE FUNCTION pg_temp.class_of(state text, VARIADIC ways text[]) RETURNS text LANGUAGE sql AS $$
	SELECT class FROM vsm.stages((SELECT vsm.propose_workflow(timeline) FROM pg_temp.lines(VARIADIC ways) AS timeline))
		WHERE stage = state $$;
-- A state's class where nothing but its name decides: in the middle, where others are active, and first, where others are new.
CREATE FUNCTION pg_temp.by_name(state text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN middle = 'active' AND first = 'new' THEN 'unknown'
		WHEN middle = first OR middle IN ('done', 'cancelled') THEN middle
		ELSE middle || ', but first ' || first END
	FROM (SELECT pg_temp.class_of(state, 'Alpha > Beta > ' || state || ' > Done') AS middle, pg_temp.class_of(state, state
		|| ' > Beta > Done') AS first) AS c $$;
-- The states of a list whose class is not the one that stands before them: 'done: Done, Closed; new: Open'.
CREATE FUNCTION pg_temp.wrong(list text) RETURNS TABLE (state text, class text, wanted text) LANGUAGE sql AS $$
	SELECT s.state, pg_temp.by_name(s.state), s.wanted
	FROM (
		SELECT trim(split_part(line, ':', 1), E' \n\t') AS wanted, trim(string_to_table(regexp_replace(line, '^[^:]*:', ''), ','),
			E' \n\t') AS state
		FROM string_to_table(list, ';') AS line) AS s
	WHERE pg_temp.by_name(s.state) <> s.wanted $$;

------------------------------------------------------------------------------
-- Names
------------------------------------------------------------------------------

SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: To Do, TODO, ToDo, to-do, Open, New, Created, Backlog, Product Backlog, Sprint Backlog, Idea, Draft, Triage, Needs Triage, '
		'Reported, Submitted, Proposed, Requested,
		Not Started, Unstarted, UNCONFIRMED, Icebox, Inbox, Reopened, Re-opened, Planned, To be discussed, Not Done, No status yet: To Do;
	active: Active, In Progress, InProgress, IN_PROGRESS, in-progress, Work in progress, WIP, Doing, Working on it, Started, In '
		'Development, Development, Coding, Implementing,
		Build, Design, Analysis, Root Cause Analysis, In Test, Testing, UAT, User Acceptance Testing, QA, Verification, Refinement, '
			'Assess, Implement, Fix in Progress, Committed,
		Analysis Active, Validating on Staging, Deploying to production, In Progress - Frontend, workflow::in dev, Accepted / In Progress, '
			'02 Test, Deployment;
	waiting: Ready, Ready for Test, Ready for production, QA Ready, Selected for Development, On Hold, Pending, Pending approval, Awaiting '
		'approval, WAITING FOR CUSTOMER,
		Waiting for Bob, Queued/Awaiting Assignment, Blocked, Next Up, Code Review, In Review, Peer review / change manager approval, '
			'Legal Review, Needs info, NEEDINFO,
		Patch Available, Scheduled, To Test, Approval, Feedback, Assigned, PR Open, Staging, QA: Waiting, Deferred;
	done: Done, DONE, Closed, Resolved, Fixed, Verified, Completed, Complete, Finished, Released, Deployed, Deployed to production, In '
		'Production, Live, Shipped, Solved,
		Delivered, Published, closedAt, closed_date, Done (Sprint 12), Done this week, Case closed, Invoice completed, Send invoice done, '
			'Completed/In Call, Closed Won, END;
	cancelled: Cancelled, Canceled, Won''t Do, Won’t fix, WONTFIX, Rejected, Declined, Duplicate, Closed as duplicate, Invalid, Obsolete, '
		'Removed, Abandoned, Withdrawn, Dropped,
		Can''t Reproduce, Not planned, Closed Incomplete, Incomplete, A_CANCELLED, Out of scope, Failed')$$, 'English');
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: Zu erledigen, Offen, Neu, Erstellt, Eingang, Entwurf, Idee, Geplant, Nicht begonnen, Wiedereröffnet, Erneut geöffnet, Aufgaben;
	active: In Arbeit, In Bearbeitung, Wird bearbeitet, In Entwicklung, Softwareentwicklung, Umsetzung, Im Test, Analyse, Aktiv, Begonnen;
	waiting: Warten auf Kunden, Wartet auf Freigabe, Bereit, Bereit für Test, Ausstehend, Zurückgestellt, Pausiert, Blockiert, In Prüfung, '
		'In Überprüfung, In Ueberpruefung,
		In Uberprufung, Qualitätsprüfung, Kundenfreigabe, Abnahme, Genehmigung, Zum Test, Zur Entwicklung ausgewählt, Rückfrage, Zugewiesen;
	done: Erledigt, Fertig, Fertiggestellt, Abgeschlossen, Geschlossen, Gelöst, GELÖST, Geloest, Behoben, Beendet, Ausgeliefert, '
		'Veröffentlicht, Vorgang abgeschlossen, In Produktion;
	cancelled: Abgebrochen, Storniert, Abgelehnt, Abgewiesen, Verworfen, Duplikat, Zurückgezogen, Zurueckgezogen, Wird nicht umgesetzt, '
		'Nicht reproduzierbar, Ungültig')$$, 'German');
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: À faire, A FAIRE, Nouveau, Nouvelle, Ouvert, Ouverte, Rouvert, Réouvert, Créé, Brouillon, Idée, Demande, Non commencé, Planifiée, '
		'À qualifier;
	active: En cours, En cours de développement, En développement, Développement, En test, En recette, Analyse en cours, En traitement, '
		'Commencé, Actif;
	waiting: En attente, En attente du client, En attente de validation, Prêt, Prête pour recette, Bloqué, Bloquée, En pause, Suspendu, À '
		'valider, À tester, En revue, Revue de code,
		En cours de validation, Validation, Sélectionné pour le développement;
	done: Terminé, Terminée, TERMINÉ, TERMINE, Fini, Fait, Fermé, Fermée, Clos, Clôturé, Résolu, Résolue, Livré, Déployé, Corrigée, En '
		'production, Demande clôturée;
	cancelled: Annulé, Annulée, Rejeté, Refusé, Abandonné, Doublon, Sans suite, Ne sera pas corrigé, Hors périmètre')$$, 'French');
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: Por hacer, Tareas por hacer, Pendiente, Pendientes, Nuevo, Nueva, Abierto, Abierta, Reabierto, Creado, Borrador, Sin empezar, No '
		'iniciado, Solicitado;
	active: En curso, En progreso, En proceso, Haciendo, En desarrollo, Desarrollo, En pruebas, Análisis, En diseño, Activo, Tramitándose;
	waiting: En espera, Esperando al cliente, Pendiente de revisión, Pendiente de aprobación, Listo para pruebas, Bloqueado, En pausa, En '
		'revisión, Revisión de código, Por validar,
		Seleccionado para desarrollo, Validación;
	done: Hecho, Hecha, Listo, Terminado, Finalizado, Finalizada, FINALIZADA, Completado, Cerrado, Cerrada, Resuelto, Resuelta, Entregado, '
		'Desplegado, En producción, Caso cerrado;
	cancelled: Cancelado, Cancelada, Rechazado, Rechazada, Descartado, Anulado, Duplicado, No procede')$$, 'Spanish');
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: A fazer, Tarefas pendentes, Pendente, Novo, Nova, Aberto, Aberta, Em aberto, Reaberto, Criado, Rascunho, Não iniciado, NAO '
		'INICIADO, Planejado, protocolizado;
	active: Em andamento, Em progresso, Fazendo, Em desenvolvimento, Em teste, Em testes, Em homologação, Análise, Em análise, Ativo, Em '
		'atendimento;
	waiting: Aguardando cliente, Aguardando aprovação, aguardandodistribuição, Em espera, Pronto para teste, Bloqueado, Impedido, Em '
		'pausa, Em revisão, Revisão de código, A validar,
		Selecionado para desenvolvimento, Fila;
	done: Feito, Concluído, CONCLUÍDO, Concluido, Concluída, Finalizado, Fechado, Fechada, Encerrado, Resolvido, Entregue, Pronto, Em '
		'produção, Implantado, centro-arquivado;
	cancelled: Cancelado, Cancelada, Rejeitado, Recusado, Reprovado, Descartado, Duplicado, Indeferido')$$, 'Portuguese');
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: 待办, 待辦事項, 待处理, 新, 新建, 新增, 打开, 开放, 未开始, 未完成, 重新打开, 草稿, 需求池, 规划中, 已提交;
	active: 进行中, 進行中, 处理中, 開發中, 开发中, 测试中, 測試中, 接受/处理, 开发, 测试;
	waiting: 待开发, 待测试, 待發佈, 等待客户, 等待中, 挂起, 已暂停, 阻塞, 审核中, 待审核, 代码评审, 反馈, 已分配, 未测试;
	done: 完成, 已完成, 已解决, 已關閉, 关闭, 已发布, 已上线, 结束, 已修复, 已验收;
	cancelled: 已取消, 取消, 已拒绝, 驳回, 已作废, 重复, 无效, 审核不通过, 用户取消')$$, 'Chinese');
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	new: 未着手, 未対応, 作業前, 新規, オープン, 再オープン, 起票, 受付, 提案, 下書き, バックログ, 未確認の案件;
	active: 進行中, 処理中, 対応中, 開発中, テスト中, 結合テスト, 作業中, 調査, 実装, アクティブ;
	waiting: 待ち, レビュー待ち, 承認待ち, リリース待ち, 保留, 保留中, レビュー中, コードレビュー, 確認中, 承認中, 差し戻し, フィードバック;
	done: 完了, 完了済み, 終了, 解決, 解決済み, 処理済み, 対応済み, クローズ, ｸﾛｰｽﾞ, リリース済み, 修正済み;
	cancelled: 却下, キャンセル, ｷｬﾝｾﾙ, キャンセル済み, 中止, 取り消し, 対応不要, 見送り, 重複')$$, 'Japanese');

-- No names, or names that say nothing
SELECT is_empty($$SELECT * FROM pg_temp.wrong('
	unknown: T07-1 Draft intern advice aspect 1, T10 Determine necessity to stop indication, T16 Report reasons to hold request, '
		'Confirmation of receipt, Send invoice,
		Release A, Change Approval for Purchase Order, Create Purchase Order Item, ER Triage, Draft contract, Review contract, Request '
			'approval, Send for review, Resolve ticket,
		Open the door for everybody in town, W_Complete application, Record Invoice Receipt, Clear Invoice, 1, 42, A, Bau, Toast, Renewal, '
			'Latest, Undone, Openness, Closet,
		Abandone, Newly, Testimony, Donec, Gotowe, Готово, 由客户确认订单以后再决定是否完成')$$,
			'sentences, numbers, parts of words and other languages say nothing');
SELECT is_empty($$SELECT * FROM pg_temp.wrong(E'
	done: ✅ Done, Ｄｏｎｅ, Do\u200Bne, \uFEFFDone, Do\u0301ne, done., «Done», [Done], Done!, 12. Done, DONE 🎉, 已完成 Done;
	waiting: QA 完了;
	active: 🚧 In progress, In\u00A0Progress, In   Progress, QA完了 / QA, 进行中 (In Progress), In Arbeit | In Progress')$$,
		'signs, widths, blanks and marks do not matter');

------------------------------------------------------------------------------
-- Whole workflows: what tools give by default, what teams have, what event logs hold
------------------------------------------------------------------------------

SELECT is(pg_temp.draft(VARIADIC ways), wanted, ways[1])
FROM (VALUES
	-- Created and closed are all that is known: the time between them counts
	(ARRAY['created > resolved'], 'created new > resolved done, created'),
	(ARRAY['publishedAt > closedAt'], 'publishedAt new > closedAt done, created'),
	(ARRAY['2* opened > merged', 'opened > closed'], 'opened new > closed done > merged done, created'),
	(ARRAY['Active > Closed'], 'Active active > Closed done'),
	-- Open is work where nothing else is
	(ARRAY['New > Open > Pending > Solved > Closed'], 'New new > Open active > Pending waiting > Solved done > Closed done'),
	(ARRAY['Open > In Progress > Resolved > Closed', 'Open > In Progress > Resolved > Reopened > Resolved > Closed'],
		'Open new > In Progress active > Reopened new > Resolved done > Closed done'),
	(ARRAY['9* Accepted > Queued > Completed', 'Unmatched > Accepted > Completed', '11* Accepted > Completed'],
		'Unmatched new > Accepted active > Queued waiting > Completed done'),
	-- Steps that have passed
	(ARRAY['Backlog > Ready > Analysis Active > Analysis Done > Development Active > Development Done > Testing > Done'],
		'Backlog new > Ready waiting > Analysis Active active > Analysis Done waiting > Development Active active > Development Done '
			'waiting > Testing active > Done done'),
	(ARRAY['12* New > Approved', 'New > Approved > Committed > Done'], 'New new > Approved waiting > Committed active > Done done'),
	(ARRAY['20* To Do > Dev > Dev Done', '2* To Do > Dev > Dev Done > Test > Done'],
		'To Do new > Dev active > Dev Done waiting > Test active > Done done'),
	(ARRAY['8* Draft > Submitted > Approved', '2* Draft > Submitted > Rejected'],
		'Draft new > Submitted new > Approved done > Rejected cancelled, created'),
	(ARRAY['Open > In Progress > Merged > In QA > Done'], 'Open new > In Progress active > Merged waiting > In QA active > Done done'),
	(ARRAY['unstarted > started > finished > delivered > accepted'], 'unstarted new > started active > finished waiting > delivered '
		'waiting > accepted done'),
	(ARRAY['Idea > Dev > Done > Approved'], 'Idea new > Dev active > Done waiting > Approved done'),
	(ARRAY['Idea > Design > Test > Deployment'], 'Idea new > Design active > Test active > Deployment done'),
	(ARRAY['Idea > Design > Deployment > Done'], 'Idea new > Design active > Deployment active > Done done'),
	-- What is called done or cancelled, but is not
	(ARRAY['New > In Progress > Resolved > Feedback > Closed', 'New > In Progress > Resolved > In QA > Closed',
		'New > In Progress > Resolved > Closed'],
		'New new > In Progress active > Resolved waiting > Feedback waiting > In QA active > Closed done'),
	(ARRAY['6* Backlog > Dev > Rejected > Dev > Done'], 'Backlog new > Dev active > Rejected waiting > Done done'),
	(ARRAY['4* pending > running > success', '2* pending > running > failed'],
		'pending waiting > running active > success done > failed cancelled'),
	(ARRAY['5* Backlog > Dev > Done > Archived', 'Backlog > Dev > Done > Celebrated', 'Backlog > Dev > Done > Rework > Done'],
		'Backlog new > Dev active > Rework active > Done done > Archived done > Celebrated done'),
	-- ServiceNow, YouTrack, Bugzilla, Redmine, Tapd, Backlog
	(ARRAY['New > Assess > Authorize > Scheduled > Implement > Review > Closed'],
		'New new > Assess active > Authorize waiting > Scheduled waiting > Implement active > Review waiting > Closed done'),
	(ARRAY['3* Submitted > Open > In Progress > Fixed > Verified', 'Submitted > Duplicate', 'Submitted > Won''t fix'],
		'Submitted new > Open new > In Progress active > Fixed done > Verified done > Duplicate cancelled > Won''t fix cancelled'),
	(ARRAY['UNCONFIRMED > CONFIRMED > IN_PROGRESS > RESOLVED > VERIFIED'],
		'UNCONFIRMED new > CONFIRMED new > IN_PROGRESS active > RESOLVED done > VERIFIED done'),
	(ARRAY['Neu > In Bearbeitung > Gelöst > Erledigt', 'Neu > Abgewiesen'], 'Neu new > In Bearbeitung active > Gelöst done > Erledigt done '
		'> Abgewiesen cancelled'),
	(ARRAY['新 > 接受/处理 > 已解决 > 已验证 > 已关闭'], '新 new > 接受/处理 active > 已解决 waiting > 已验证 done > 已关闭 done'),
	(ARRAY['未対応 > 処理中 > 処理済み > 完了'], '未対応 new > 処理中 active > 処理済み done > 完了 done'),
	-- Trello, Jira in other languages
	(ARRAY['Zu erledigen > In Arbeit > Fertig'], 'Zu erledigen new > In Arbeit active > Fertig done'),
	(ARRAY['À faire > En cours > Terminé'], 'À faire new > En cours active > Terminé done'),
	(ARRAY['Tareas por hacer > En curso > Listo'], 'Tareas por hacer new > En curso active > Listo done'),
	(ARRAY['Tarefas pendentes > Em andamento > Concluído'], 'Tarefas pendentes new > Em andamento active > Concluído done'),
	(ARRAY['待办 > 进行中 > 已完成'], '待办 new > 进行中 active > 已完成 done'),
	(ARRAY['作業前 > 進行中 > 完了'], '作業前 new > 進行中 active > 完了 done'),
	-- Nothing is known by name: where most items end is done, and the clock starts with the first event
	(ARRAY['Do zrobienia > W toku > Gotowe'], 'Do zrobienia new > W toku active > Gotowe done, created'),
	(ARRAY['9* ER Registration > CRP > Release A', '5* ER Registration > CRP > Release A > Return ER',
		'2* ER Registration > CRP > Release B', 'ER Registration > CRP'],
		'ER Registration new > CRP active > Release A done > Release B done > Return ER done, created'),
	(ARRAY['30* Place order > Pay', 'Place order > Pay > Complain > Refund'],
		'Place order new > Complain active > Refund active > Pay done, created'),
	(ARRAY['7* 1 > 2 > 6', '2 > 1 > 6'], '1 new > 2 active > 6 done, created'),
	-- The beginnings and ends of activities
	(ARRAY['Register > Register done > Test > Test done > Check > Check done'],
		'Register new > Register done waiting > Test active > Test done waiting > Check active > Check done done'),
	(ARRAY['Register > Register done > Send invoice > Send invoice done'], 'Register new > Register done waiting > Send invoice active > '
		'Send invoice done done, created'),
	-- or none, if items end anywhere, where they begin, or there alone
	(ARRAY['4* Call > Mail', '3* Call > Mail > Visit', '3* Call > Mail > Visit > Letter > Mail', '3* Call > Mail > Letter'],
		'Call new > Visit active > Letter active > Mail done, created'),
	(ARRAY['30* Inbound > x', '70* Inbound'], 'Inbound new > x done, created'),
	(ARRAY['3* Inbound > x', '70* Inbound'], 'Inbound new > x active, created'),
	(ARRAY['2* A', '3* B', 'C'], 'A new > B new > C new, created'),
	-- An end that is called so, but is left out by many, stays one
	(ARRAY['2* To Do > Doing > Done', '9* To Do > Doing > Parkplatz'], 'To Do new > Doing active > Parkplatz active > Done done'))
		AS v (ways, wanted);

------------------------------------------------------------------------------
-- Layers, order, NULL, limits
------------------------------------------------------------------------------

CREATE TABLE proposal AS
SELECT vsm.propose_workflow(timeline) AS workflow
FROM (
	SELECT pg_temp.lines('Idea > Coding > Flagged > Unflagged > Checking > Shop', 'Idea > Coding > Checking > Coding > Shop',
		'Idea > Dropped', 'Idea > Checking') AS timeline
	UNION ALL SELECT NULL) AS t;
SELECT results_eq('SELECT s.stage, s.class, s.until FROM proposal, vsm.stages(workflow) s',
	$$VALUES ('Idea', 'new', NULL::text[]), ('Coding', 'active', NULL), ('Checking', 'active', NULL), ('Flagged', 'blocked',
		'{Unflagged}'), ('Shop', 'done', NULL), ('Dropped', 'cancelled', NULL)$$,
	'stages by median rank, classes by words, else by position; flags are a layer; done and cancelled last');
SELECT is(pg_temp.draft('2* New > Apple > Done', 'New > Zebra > Apple > Done', '2* New > Zebra > Done'),
	'New new > Zebra active > Apple active > Done done',
	'of equal medians the lower mean goes first');
CREATE TABLE line AS
SELECT item, vsm.timeline('2026-01-05 00:00+00'::timestamptz + (random() * 900)::int * interval '1 hour', (ARRAY['To Do', 'Doing',
	'Checking', 'Dev Done', 'Shop', 'Rejected'])[1 + (random() * 5)::int]) AS timeline
FROM generate_series(1, 3000) AS item, generate_series(1, 1 + item % 9) GROUP BY item;
SELECT is(pg_temp.failure('SELECT vsm.flow(timeline, workflow) FROM line, proposal'), 'no error', 'what is proposed works');
SELECT is((SELECT vsm.propose_workflow(timeline)::text FROM line WHERE false), NULL, 'of no timelines: NULL');
SELECT is((SELECT vsm.propose_workflow(NULL)::text), NULL, 'of NULL: NULL');
SELECT is(vsm.propose_workflow(timeline)::text, NULL, 'of states that cannot be stages: NULL')
FROM (SELECT vsm.timeline('2026-01-05 00:00+00', s) AS timeline FROM unnest(ARRAY['', '(unmapped)']) AS s) AS t;
SELECT is((SELECT count(DISTINCT propose_workflow::text)
	FROM (SELECT vsm.propose_workflow(timeline) FROM (SELECT timeline, n FROM line, generate_series(1, 5) n ORDER BY random()) AS r
		GROUP BY n) AS p), 1::bigint, 'the order of rows does not matter');
CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || statement LOOP
		result := result || line || E'\n';
	END LOOP;
	RETURN result;
END $$;
SELECT vsm.propose_workflow(timeline)::text AS serial FROM line \gset
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
ALTER TABLE line SET (parallel_workers = 2);
SELECT matches(pg_temp.plan('SELECT vsm.propose_workflow(timeline) FROM line'), 'Gather', 'in a parallel plan');
SELECT is((SELECT vsm.propose_workflow(timeline)::text FROM line), :'serial', 'it is the same');

SELECT is(pg_temp.failure($$SELECT vsm.propose_workflow(t) FROM (SELECT vsm.timeline('2026-01-05 00:00+00', 'S' || n) AS t
	FROM generate_series(1, 10000) n GROUP BY n) AS s$$),
	'54000 | too many different states to propose a workflow | A workflow has at most 1000 stages. | Perhaps these are not states, but '
		'titles, names or numbers.', 'of ten thousand states');
SELECT is(pg_temp.failure($$SELECT vsm.propose_workflow(t) FROM (SELECT vsm.timeline('2026-01-05 00:00+00'::timestamptz + n * interval
	'1 s', 'S' || n) AS t FROM generate_series(1, 1001) n) AS s$$),
	'54000 | too many different states to propose a workflow | A workflow has at most 1000 stages. | Perhaps these are not states, but '
		'titles, names or numbers.', 'of a thousand and one in one item');
SELECT is((SELECT count(*) FROM vsm.stages((SELECT vsm.propose_workflow(t) FROM (SELECT vsm.timeline('2026-01-05 00:00+00', 'S' || n) AS t
	FROM generate_series(1, 1000) n GROUP BY n) AS s))),
	1000::bigint, 'of a thousand');

------------------------------------------------------------------------------
-- Any names at all
------------------------------------------------------------------------------

CREATE TABLE hostile (name text);
INSERT INTO hostile VALUES (' '), (E'\t'), (E'\n'), ('"'), (''''), (E'\\'), ('*'), ('* done'), ('done *'), (','), ('-'), (' - '), ('/'),
	('::'), ('(('), ('%s%n%s'), ('${x}'), ('null'), ('NULL'),
	('{"a":1}'), ('(unmapped) '), ('unmapped'), (E'\u0001\u0002\u001f'), (E'Done\u0007'), (E'\u202enoD'), (E'\u0301'),
		(E'\u0301\u0301Done'), (E'\u200b'), ('İstanbul'), ('DONE İ'), ('ẞ'), ('ŒUVRE'), ('🎉'),
	('👩‍👩‍👧‍👦 Done'), ('Done完了готовоτέλος'), (repeat('Done ', 60)), (repeat('x', 255)), (repeat('x', 256)), (repeat('é', 128)),
		(repeat('完', 90)), (repeat(E'\ufdfa', 85)), (repeat(E'\ufdfa', 84) || 'Don'),
	(repeat('a b ', 63)), (repeat('ab ', 85)), (repeat('''', 255)), (repeat('*', 255)), (repeat('/', 255)), (repeat('a/', 127)),
		(repeat('A', 100000)), ('n''t'), ('''t'), ('won''t'), ('t'''), ('ÀÉÎÕÜ'), ('…'),
	('½ done'), ('①'), ('ﬁxed'), ('K'), ('done' || chr(1114109)), (chr(131072)), (chr(55203)), ('Fertig für'), ('待'), ('中'), ('ー'),
		('ｶﾞ'), ('ガ'), ('blocked'), ('Unblocked'), ('FLAGGED'), ('unflagged');
-- Many mixtures of these and of names that mean something.
CREATE TABLE mixture AS
SELECT n, vsm.timeline('2026-01-05 00:00+00'::timestamptz + (random() * 900)::int * interval '1 hour', name) AS timeline
FROM generate_series(1, 150) AS n, generate_series(1, 6) AS item,
	LATERAL (
		SELECT name FROM (SELECT name FROM hostile UNION ALL SELECT unnest(ARRAY['', '(unmapped)', 'Done', 'To Do', 'Blocked', 'Flagged',
			'Unflagged', 'Resolved', 'Approved'])) AS h
		ORDER BY hashtext(md5(name) || n || ' ' || item) LIMIT 1 + (n + item) % 9) AS s
GROUP BY n, item;
CREATE TABLE drafted AS SELECT n, vsm.propose_workflow(timeline) AS workflow FROM mixture GROUP BY n;
SELECT is((SELECT count(DISTINCT e.state) FROM mixture, vsm.events(timeline) AS e), (SELECT count(DISTINCT name) + 9 FROM hostile),
	'all hostile names are used');
SELECT is_empty($$
	SELECT m.n, m.state, count(s.stage)
	FROM (SELECT DISTINCT n, e.state FROM mixture, vsm.events(timeline) AS e WHERE e.state NOT IN ('', '(unmapped)')) AS m
		LEFT JOIN LATERAL (
			SELECT s.stage FROM drafted AS d, vsm.stages(d.workflow) AS s
			WHERE d.n = m.n AND m.state = ANY (s.stage || coalesce(s.states, '{}') || coalesce(s.until, '{}'))) AS s ON true
	GROUP BY m.n, m.state HAVING count(DISTINCT s.stage) <> 1$$, 'every state is in exactly one stage');
SELECT is_empty($$SELECT n FROM drafted WHERE workflow::text::vsm.workflow::text <> workflow::text$$, 'drafts are written and read again');
SELECT is(pg_temp.failure('SELECT vsm.flow(timeline, workflow) FROM drafted JOIN mixture USING (n)'), 'no error', 'and used');

------------------------------------------------------------------------------
-- What it says
------------------------------------------------------------------------------

\set notice `PGOPTIONS=-cclient_min_messages=notice psql -XAtq -c "SELECT vsm.propose_workflow('[[\"2026-01-05T10:00:00Z\",\"A\"]]')" 2>&1 >/dev/null`
SELECT is(:'notice'::text, E'NOTICE:  the proposed workflow is a draft of 1 stages\nDETAIL:  Stages stand in the order in which items '
	'first entered them.\n'
	'By where items enter and leave them: "A" new.\nNone is done: no name says so, and there is none in which most of its items end.\n'
	'The clock starts with the first event, since no name says where work begins.\n'
	'HINT:  Review it, above all which stages are waiting, before you rely on its numbers.',
		'it asks to be reviewed, and says what was decided by position');
\set notice `PGOPTIONS=-cclient_min_messages=notice psql -XAtq -c "SELECT vsm.propose_workflow(t) FROM (SELECT vsm.timeline('2026-01-05 00:00Z'::timestamptz + n * interval '1 h', CASE n WHEN 1 THEN 'To Do' WHEN 2 THEN repeat('Prüfen ', 20) WHEN 25 THEN 'Done' ELSE 'Box ' || n END) AS t FROM generate_series(1, 25) n) s" 2>&1 >/dev/null`
SELECT is(:'notice'::text, E'NOTICE:  the proposed workflow is a draft of 25 stages\nDETAIL:  Stages stand in the order in which items '
	'first entered them.\n'
	'By words in their names: "To Do" new, "Done" done.\n'
	'By where items enter and leave them: "Prüfen Prüfen Prüfen Prüfen Prüfen Prüfen Prüfen Prü..." active, '
		|| (SELECT string_agg(format('"Box %s" active', n), ', ' ORDER BY n) FROM generate_series(3, 21) n)
	|| E' and 3 more.\nHINT:  Review it, above all which stages are waiting, before you rely on its numbers.',
		'long names and long lists are cut');

SELECT finish();
ROLLBACK;
