/*
 * state_words.c
 *		What the words in names of states mean: the list, by language and sense.
 *
 * Names of states as Jira, GitLab, GitHub, Azure DevOps, Trello, ServiceNow, Zendesk, YouTrack,
 * Redmine, Bugzilla, Linear, Pivotal Tracker, Tapd and Backlog give them by default, and as teams
 * call their columns. To add a word, write it into its line; to add a language, add its lines. How
 * a name is read by these words is in state_name.c.
 */
#include "postgres.h"

#include "base/compat.h"
#include "workflow/state_words.h"

const StateWords state_words[] = {
	/* English */
	{"en", SENSE_QUEUE,
		"waiting *, * waiting, wait *, * wait, awaiting *, await *, ready *, * ready, pending *, * pending, "
		"on hold *, * on hold, hold, held, queue, in queue, * queue, queued *, * queued, blocked *, * blocked, "
		"impeded, stuck, stalled, paused *, * paused, suspended *, * suspended, parked, deferred *, postponed *, "
		"delayed, snoozed, selected *, to be *, needs *, need *, needinfo, requires *, next, up next, next up, "
		"on deck, patch available, scheduled *, * scheduled, sent *, * sent, submitted for *, to test, to review, "
		"to verify, to validate, to approve, to merge, to deploy, to release, to accept, for test, for testing, "
		"for qa, for review, for approval, for release, for deployment"},
	{"en", SENSE_CANCELLED,
		"cancelled *, * cancelled, canceled *, * canceled, cancel, won't *, will not *, wontfix, wontdo, cantfix, "
		"can't fix, cannot fix, rejected *, * rejected, declined *, * declined, denied, * denied, refused, "
		"* refused, disapproved, abandoned *, * abandoned, aborted *, * aborted, terminated, failed *, * failed, "
		"failure, unsuccessful, duplicate *, * duplicate, duplicates, duplicated, invalid, obsolete, superseded, "
		"expired, stale, void, voided, withdrawn *, * withdrawn, dropped, discarded, removed, deleted, killed, "
		"revoked, skipped, ignored, trash, spam, incomplete, closed incomplete, closed skipped, closed lost, "
		"lost, out of scope, not planned, not needed, not required, not doing, not applicable, not approved, "
		"not accepted, not a bug, not reproducible, can't reproduce, cannot reproduce, works for me, worksforme, "
		"by design, as designed, no longer *, no fix, no action"},
	{"en", SENSE_DONE,
		"done *, * done, closed *, * closed, close, resolved *, * resolved, resolve, solved, * solved, complete, "
		"* complete, completed *, * completed, finished *, * finished, finish, finalized, finalised, released *, "
		"* released, deployed *, * deployed, shipped *, * shipped, delivered *, * delivered, fixed *, * fixed, "
		"published *, * published, fulfilled, * fulfilled, verified, live, in live, went live, production, "
		"in production, prod, in prod, archived, accomplished, achieved, concluded, settled, launched, ended, "
		"end, success, successful, succeeded, won, closed won"},
	{"en", SENSE_LANDED,
		"merged *, * merged"},
	{"en", SENSE_PASSED,
		"approved *, * approved, accepted *, * accepted, passed *, * passed, authorized, authorised, signed, "
		"signed off, tested, * tested, reviewed, * reviewed, validated, * validated, implemented, * implemented, "
		"developed, coded, built, designed, analyzed, analysed, integrated, qualified, ok, code complete, "
		"feature complete"},
	{"en", SENSE_WAITING,
		"review, in review *, under review *, * review, reviewing *, approval, in approval, * approval, approve, "
		"authorize, authorise, authorization, sign off, feedback, * feedback, validation, in validation, "
		"* validation, assigned *, * assigned, pull request, * pull request, merge request, pr, in pr, staging, "
		"in staging, on staging, changes requested, demo"},
	{"en", SENSE_LAST_STEP,
		"deploy, deployment, in deployment, roll out, rollout, go live, delivery, in delivery, hand over, "
		"handover"},
	{"en", SENSE_ACTIVE,
		"active, in progress *, * in progress, inprogress, progress, wip, work in progress, doing *, * doing, "
		"working *, in work, under way, underway, ongoing, on going, running, started, committed, almost done, "
		"being *, development, in development *, under development, * development, develop, developing *, dev, "
		"in dev *, * dev, coding, in coding, programming, implementation, in implementation *, * implementation, "
		"implement, implementing *, build, building, in build, construction, fixing, rework, reworking, "
		"deploying *, deploying to production, deploy to production, deployment to production, releasing, "
		"releasing to production, release to production, production deployment, integration, integrating, "
		"analysis, in analysis, * analysis, analyze, analyse, analyzing, analysing, assess, assessing, "
		"assessment, investigation, under investigation, investigate, investigating, diagnosis, diagnosing, "
		"research, researching, discovery, in discovery, exploring, exploration, refinement, in refinement, "
		"refine, refining, grooming, planning, in planning, specification, specifying, elaboration, design, "
		"in design, designing, * design, prototype, prototyping, writing, editing, preparing, preparation, "
		"execution, in execution, executing, processing, in process *, in handling, handling, test, in test *, "
		"under test, * test, testing, in testing *, * testing, tests, retest, retesting, qa, in qa *, * qa, uat, "
		"in uat *, sit, verify, verifying, verification, * verification, validating, validating on staging"},
	{"en", SENSE_OPEN,
		"open, opened, * opened"},
	{"en", SENSE_NEW,
		"backlog *, * backlog, to do *, * to do, todo *, * todo, todos, to do list, things to do, reopen, "
		"reopened *, * reopened, re opened, new, created, * created, create, draft, drafts, in draft, idea, "
		"ideas, funnel, inbox, incoming, intake, icebox, someday, wish list, wishlist, reported, * reported, "
		"submitted, * submitted, registered, logged, raised, requested, request, requests, proposed, suggested, "
		"suggestions, candidate, candidates, concept, triage, in triage, to triage, triaged, untriaged, "
		"needs triage, triage needed, not started, not yet *, unstarted, unscheduled, unassigned, unconfirmed, "
		"confirmed, planned, defined, initial, initiated, start, to be done, to be discussed, to be defined, "
		"to be planned, to be refined, to be estimated, not done, not ready"},
	{"en", SENSE_NEUTRAL,
		"in, on, at, to, for, the, an, of, and, or, by, with, as, is, are, under, from, this, all, yet, now, "
		"current, code, peer, work, team, sprint, iteration, release, product, project, customer, client, user, "
		"business, technical, tech, internal, external, final, first, second, manual, automated, acceptance, "
		"quality, assurance, feature, features, bug, bugs, issue, issues, ticket, tickets, task, tasks, story, "
		"stories, epic, item, items, card, cards, change, changes, defect, defects, incident, problem, case, job, "
		"board, column, list, state, status, stage, phase, step, date, time, day, today, week, month, quarter, "
		"year, frontend, backend, mobile, web, ui, ux, api, software, hardware, platform, ops, devops, "
		"environment, system, unit, regression, functional, performance, security, smoke, beta, alpha, "
		"stakeholder, manager, management, owner, po, pm, lead, architect, architecture, support, information, "
		"info, requirements, solution, root, cause, cab, legal, compliance, third, party, vendor, supplier, "
		"partner"},
	{"en", SENSE_VERB,
		"accept, add, adjust, amend, analyze, approve, ask, assess, assign, authorize, authorise, call, cancel, "
		"check, choose, clear, close, collect, compare, conduct, confirm, contact, create, decide, decline, "
		"define, determine, enter, evaluate, examine, file, finish, generate, get, give, handle, inform, insert, "
		"inspect, invite, make, notify, obtain, pay, perform, place, prepare, print, receive, record, register, "
		"reject, remove, report, request, require, resolve, return, schedule, select, send, set, settle, ship, "
		"stop, submit, take, transfer, update, upload, verify, write"},

	/* German */
	{"de", SENSE_QUEUE,
		"warten *, wartet *, wartend *, * wartend, warteschlange, in warteschlange, bereit *, * bereit, "
		"ausstehend *, * ausstehend, zurückgestellt *, pausiert *, angehalten, ruht, ruhend, blockiert *, "
		"* blockiert, gesperrt, vertagt, verschoben, aufgeschoben, geparkt, vorgemerkt, eingeplant, terminiert, "
		"wiedervorlage, als nächstes, rückfrage, rückfragen, in rückfrage, ausgewählt *, "
		"zur entwicklung ausgewählt, fertig zum *, fertig zur *, fertig für *, zum test, zum testen, zum review, "
		"zur prüfung, zur freigabe, zur abnahme, zur genehmigung, zu testen, zu prüfen"},
	{"de", SENSE_CANCELLED,
		"abgebrochen *, * abgebrochen, abbruch, storniert, * storniert, abgelehnt *, * abgelehnt, abgewiesen, "
		"zurückgewiesen, verworfen, eingestellt, annulliert, entfällt, entfallen, zurückgezogen, gelöscht, "
		"hinfällig, obsolet, ungültig, duplikat, duplikate, dublette, doppelt, fehlgeschlagen, gescheitert, "
		"kein fehler, nicht umgesetzt, nicht genehmigt, nicht reproduzierbar, nicht machbar, nicht zu erledigen, "
		"nicht mehr *, wird nicht *"},
	{"de", SENSE_DONE,
		"erledigt *, * erledigt, fertig, * fertig, fertig gestellt, fertiggestellt, * fertiggestellt, "
		"abgeschlossen *, * abgeschlossen, geschlossen *, * geschlossen, gelöst *, * gelöst, behoben *, "
		"* behoben, beendet, * beendet, ausgeliefert, * ausgeliefert, geliefert, veröffentlicht, "
		"* veröffentlicht, bereitgestellt, ausgerollt, produktiv, in produktion, live gegangen, archiviert, "
		"vollendet, komplett, ende"},
	{"de", SENSE_LANDED,
		"zusammengeführt"},
	{"de", SENSE_PASSED,
		"freigegeben *, * freigegeben, genehmigt, * genehmigt, abgenommen, * abgenommen, geprüft, * geprüft, "
		"getestet, * getestet, umgesetzt, * umgesetzt, entwickelt, implementiert, angenommen, akzeptiert, "
		"bestätigt, bestanden"},
	{"de", SENSE_WAITING,
		"*prüfung, in prüfung *, wird geprüft, wird überprüft, *freigabe, in freigabe, *abnahme, in abnahme, "
		"genehmigung, in genehmigung, begutachtung, in begutachtung, abstimmung, in abstimmung, klärung, "
		"in klärung, zugewiesen *"},
	{"de", SENSE_LAST_STEP,
		"auslieferung, in auslieferung, bereitstellung, inbetriebnahme, übergabe"},
	{"de", SENSE_ACTIVE,
		"in arbeit *, * in arbeit, bearbeitung, in bearbeitung *, * in bearbeitung, wird bearbeitet, "
		"wird ausgeführt, wird umgesetzt, wird getestet, ausführung, in ausführung, *entwicklung, "
		"in entwicklung *, entwickeln, *umsetzung, in umsetzung *, implementierung, in implementierung, "
		"programmierung, analyse, in analyse, untersuchung, in untersuchung, konzept, konzeption, in konzeption, "
		"planung, in planung, vorbereitung, in vorbereitung, aktiv, laufend, läuft, begonnen, gestartet, "
		"angefangen, im test *, testen, testphase, systemtest, integrationstest, abnahmetest, akzeptanztest, "
		"regressionstest, modultest, kundentest, nacharbeit, nachbesserung, fehlerbehebung"},
	{"de", SENSE_OPEN,
		"offen, * offen, offene, geöffnet"},
	{"de", SENSE_NEW,
		"neu, neue, zu erledigen *, zu tun, aufgabe, aufgaben, erstellt, angelegt, erfasst, eingang, posteingang, "
		"eingegangen, eingereicht, beantragt, gemeldet, entwurf, entwürfe, idee, ideen, ideenspeicher, "
		"themenspeicher, vorschlag, vorschläge, vorgeschlagen, anforderung, anforderungen, anfrage, anfragen, "
		"geplant, ungeplant, unbearbeitet, unerledigt, nicht begonnen, nicht gestartet, nicht zugewiesen, "
		"noch nicht *, wiedereröffnet, wieder eröffnet, wieder geöffnet, wieder offen, erneut geöffnet"},
	{"de", SENSE_NEUTRAL,
		"in, im, am, an, zu, zum, zur, für, der, die, das, des, dem, den, und, oder, von, vom, mit, auf, bei, "
		"durch, ist, wird, kunde, kunden, fachbereich, fachlich, technisch, intern, extern, projekt, vorgang, "
		"entwickler, datum, woche, monat, version"},

	/* French; feminine forms agree with tâche, demande, anomalie */
	{"fr", SENSE_QUEUE,
		"en attente *, * en attente, attente *, mis en attente, mise en attente, en suspens, en pause, prêt *, "
		"prête *, bloqué *, bloquée *, suspendu, suspendue, reporté, reportée, différé, différée, ajourné, gelé, "
		"sélectionné *, sélectionnée *, à valider *, à tester *, à vérifier, à relire, à réviser, à approuver, "
		"à livrer, à déployer, à recetter, à contrôler, à suivre"},
	{"fr", SENSE_CANCELLED,
		"annulé *, annulée *, annulés, annulées, * annulé, * annulée, rejeté *, rejetée *, * rejeté, * rejetée, "
		"refusé *, refusée *, * refusé, * refusée, abandonné, abandonnée, abandonnés, doublon, doublons, "
		"dupliqué, invalide, non valide, obsolète, supprimé, supprimée, retiré, retirée, écarté, écartée, "
		"décliné, expiré, échec, échoué, sans suite, classé sans suite, non retenu, non retenue, "
		"non reproductible, hors périmètre, ne sera pas *, ne pas faire"},
	{"fr", SENSE_DONE,
		"terminé *, terminée *, terminés, terminées, * terminé, * terminée, fini, finie, finis, finies, fait, "
		"faite, faits, faites, fermé *, fermée *, fermés, fermées, * fermé, * fermée, clos, clôturé, clôturée, "
		"clôturés, * clôturé, * clôturée, clôture, résolu *, résolue *, résolus, * résolu, * résolue, corrigé, "
		"corrigée, livré *, livrée *, livrés, * livré, * livrée, déployé *, déployée *, * déployé, publié, "
		"publiée, achevé, achevée, accompli, complet, complété, complétée, réalisé, réalisée, traité, traitée, "
		"réglé, soldé, en production, en prod, mis en production, en ligne, mis en ligne, archivé, archivée, fin"},
	{"fr", SENSE_LANDED,
		"fusionné, fusionnée"},
	{"fr", SENSE_PASSED,
		"validé *, validée *, * validé, * validée, approuvé, approuvée, * approuvé, accepté, acceptée, * accepté, "
		"vérifié, vérifiée, relu, développé, développée, signé"},
	{"fr", SENSE_WAITING,
		"revue, en revue *, revue de code, en cours de revue, révision, en révision, révision en cours, "
		"relecture, en relecture, validation *, en validation *, en cours de validation, approbation, "
		"en approbation, en cours d'approbation, assigné, assignée, attribué, attribuée, affecté, affectée, "
		"commentaire, retour client"},
	{"fr", SENSE_LAST_STEP,
		"mise en production, déploiement, en déploiement, livraison, en livraison"},
	{"fr", SENSE_ACTIVE,
		"en cours *, * en cours, développement, en développement *, réalisation, en réalisation, vérification, "
		"en vérification, actif, en travail, traitement, en traitement, prise en charge, pris en charge, "
		"commencé, commencée, démarré, démarrée, analyse, en analyse, étude, en étude, à l'étude, conception, "
		"en conception, cadrage, spécification, en spécification, planification, rédaction, en rédaction, "
		"préparation, en préparation, construction, en construction, exécution, en exécution, en test *, "
		"en tests *, recette, en recette *, qualification, en qualification, homologation, en homologation, "
		"intégration, en intégration, correction, en correction"},
	{"fr", SENSE_OPEN,
		"ouvert, ouverte, ouverts, ouvertes"},
	{"fr", SENSE_NEW,
		"à faire *, faire, à traiter, à planifier, à qualifier, à étudier, à définir, à trier, à analyser, "
		"nouveau, nouvelle, nouveaux, nouvelles, réouvert, réouverte, rouvert, rouverte, ré ouvert, créé, créée, "
		"brouillon, idée, idées, boîte à idées, boîte de réception, proposé, proposée, proposition, demande, "
		"demandes, demandé, enregistré, enregistrée, soumis, soumise, déclaré, signalé, planifié, planifiée, "
		"non commencé, non commencée, non démarré, non démarrée, pas commencé, pas encore *, carnet, début"},
	{"fr", SENSE_NEUTRAL,
		"en, de, du, des, le, la, les, un, une, au, aux, et, ou, par, pour, sur, dans, avec, est, client, "
		"clients, métier, technique, utilisateur, utilisateurs, équipe, produit, projet, tâche, tâches, interne, "
		"externe, fonctionnel, fonctionnelle, semaine, mois, étape, statut, état, fournisseur, informations"},
	{"fr", SENSE_VERB,
		"ajouter, annuler, créer, demander, enregistrer, envoyer, payer, préparer, recevoir, refuser"},

	/* Spanish; feminine forms agree with tarea, incidencia */
	{"es", SENSE_QUEUE,
		"en espera *, * en espera, espera *, esperando *, a la espera *, pendiente de *, pendientes de *, "
		"listo para *, lista para *, preparado *, preparada *, bloqueado *, bloqueada *, en pausa, pausado, "
		"pausada, suspendido, suspendida, detenido, detenida, parado, parada, retenido, aplazado, aplazada, "
		"pospuesto, pospuesta, postergado, diferido, en cola, programado, programada, seleccionado *, "
		"seleccionada *, por validar, por revisar, por probar, por aprobar, por desplegar, por verificar, "
		"siguiente"},
	{"es", SENSE_CANCELLED,
		"cancelado *, cancelada *, * cancelado, * cancelada, anulado, anulada, rechazado *, rechazada *, "
		"* rechazado, * rechazada, descartado, descartada, desestimado, desestimada, denegado, denegada, "
		"abandonado, eliminado, eliminada, retirado, caducado, duplicado, duplicada, inválido, inválida, "
		"obsoleto, obsoleta, fallido, fallida, fuera de alcance, no válido, no procede, no aplica, "
		"no reproducible, no se *"},
	{"es", SENSE_DONE,
		"hecho *, hecha *, hechos, hechas, * hecho, * hecha, terminado *, terminada *, terminados, terminadas, "
		"* terminado, * terminada, finalizado *, finalizada *, finalizados, finalizadas, * finalizado, "
		"* finalizada, completado *, completada *, completados, completadas, * completado, * completada, "
		"completo, completa, cerrado *, cerrada *, cerrados, cerradas, * cerrado, * cerrada, resuelto *, "
		"resuelta *, resueltos, resueltas, * resuelto, * resuelta, solucionado, solucionada, listo, listos, "
		"entregado *, entregada *, * entregado, * entregada, desplegado, desplegada, publicado, publicada, "
		"liberado, liberada, corregido, corregida, concluido, concluida, acabado, acabada, realizado, realizada, "
		"en producción, producción, archivado, archivada, fin"},
	{"es", SENSE_LANDED,
		"fusionado, fusionada"},
	{"es", SENSE_PASSED,
		"aprobado *, aprobada *, * aprobado, * aprobada, aceptado, aceptada, validado, validada, verificado, "
		"verificada, probado, probada, revisado, revisada, desarrollado, implementado, implementada, autorizado, "
		"autorizada"},
	{"es", SENSE_WAITING,
		"revisión *, en revisión *, * revisión, validación *, en validación *, aprobación *, en aprobación *, "
		"verificación, en verificación, comentarios, retroalimentación, asignado, asignada"},
	{"es", SENSE_LAST_STEP,
		"despliegue, en despliegue, entrega, en entrega, puesta en producción"},
	{"es", SENSE_ACTIVE,
		"en curso *, * en curso, en progreso *, * en progreso, en proceso *, * en proceso, progreso, haciendo, "
		"activo, activa, trabajando *, en trabajo, iniciado, iniciada, empezado, comenzado, desarrollo, "
		"en desarrollo *, * desarrollo, desarrollando, ejecución, en ejecución, implementación, "
		"en implementación, construcción, en construcción, en pruebas *, pruebas *, en prueba, probando, "
		"análisis, en análisis *, diseño, en diseño *, investigación, en investigación, en estudio, "
		"planificación, en planificación, preparación, en preparación, tramitación, en trámite, tramitándose, "
		"en tratamiento, en atención, corrección, en corrección, integración, en integración"},
	{"es", SENSE_OPEN,
		"abierto, abierta, abiertos, abiertas"},
	{"es", SENSE_NEW,
		"por hacer *, tareas por hacer, pendiente, pendientes, tareas pendientes, tareas, lista de tareas, nuevo, "
		"nueva, nuevos, nuevas, reabierto, reabierta, creado, creada, borrador, propuesto, propuesta, propuestas, "
		"planificado, planificada, solicitado, solicitada, solicitud, registrado, registrada, recibido, recibida, "
		"reportado, ingresado, sin empezar, sin iniciar, sin comenzar, sin asignar, no iniciado, no iniciada, "
		"no comenzado, por definir, por planificar, por asignar, bandeja de entrada, inicio"},
	{"es", SENSE_NEUTRAL,
		"en, de, del, el, la, los, las, al, por, para, con, una, cliente, clientes, usuario, usuarios, equipo, "
		"producto, proyecto, tarea, código, interno, interna, externo, externa, técnico, técnica, negocio, "
		"calidad, soporte, fecha, semana, mes, fase, etapa, estado, proveedor, información, lista"},
	{"es", SENSE_VERB,
		"analizar, cancelar, crear, enviar, pagar, preparar, recibir, rechazar, registrar, solicitar, verificar"},

	/* Portuguese; feminine forms agree with tarefa, história */
	{"pt", SENSE_QUEUE,
		"* aguardando*, aguardando *, * aguardando, em espera *, * em espera, espera *, esperando *, "
		"pendente de *, pronto para *, pronta para *, liberado para *, bloqueado *, bloqueada *, impedido, "
		"impedida, impedimento, em pausa, pausado, pausada, suspenso, suspensa, parado, parada, adiado, adiada, "
		"congelado, agendado, agendada, fila *, em fila, na fila, selecionado *, selecionada *, a validar, "
		"a revisar, a testar, a aprovar, a homologar, para validar, para revisar, para testar, para homologar, "
		"próximos"},
	{"pt", SENSE_CANCELLED,
		"cancelado *, cancelada *, * cancelado, * cancelada, rejeitado *, rejeitada *, * rejeitado, * rejeitada, "
		"recusado, recusada, reprovado, reprovada, negado, negada, indeferido, indeferida, descartado, "
		"descartada, anulado, anulada, abandonado, removido, removida, excluído, excluída, interrompido, "
		"duplicado, duplicada, inválido, inválida, obsoleto, obsoleta, expirado, desistência, falhou, "
		"fora de escopo, não fazer, não será *, não se aplica, não reproduzível"},
	{"pt", SENSE_DONE,
		"feito *, feita *, feitos, feitas, * feito, * feita, concluído *, concluída *, concluídos, concluídas, "
		"* concluído, * concluída, itens concluídos, finalizado *, finalizada *, finalizados, * finalizado, "
		"* finalizada, fechado *, fechada *, fechados, * fechado, * fechada, encerrado *, encerrada *, "
		"* encerrado, * encerrada, resolvido *, resolvida *, * resolvido, * resolvida, terminado, terminada, "
		"completo, completa, completado, completada, entregue *, entregues, * entregue, pronto, pronta, prontos, "
		"publicado, publicada, implantado, implantada, lançado, lançada, liberado, liberada, corrigido, "
		"corrigida, solucionado, solucionada, realizado, realizada, atendido, atendida, em produção, produção, "
		"arquivado, arquivada, * arquivado, * arquivada, fim"},
	{"pt", SENSE_LANDED,
		"mesclado, mesclada"},
	{"pt", SENSE_PASSED,
		"aprovado *, aprovada *, * aprovado, * aprovada, aceito, aceita, aceite, deferido, deferida, validado, "
		"validada, homologado, homologada, verificado, verificada, testado, testada, revisado, revisada, "
		"desenvolvido, implementado, implementada, autorizado, autorizada"},
	{"pt", SENSE_WAITING,
		"revisão *, em revisão *, * revisão, validação *, em validação *, aprovação *, em aprovação *, "
		"verificação, em verificação, comentários, atribuído, atribuída"},
	{"pt", SENSE_LAST_STEP,
		"implantação, em implantação, entrega, em entrega, deploy, em deploy"},
	{"pt", SENSE_ACTIVE,
		"em andamento *, * em andamento, andamento, em progresso *, * em progresso, progresso, em curso *, "
		"fazendo, ativo, ativa, trabalhando *, em trabalho, iniciado, iniciada, desenvolvimento, "
		"em desenvolvimento *, * desenvolvimento, desenvolvendo, execução, em execução, executando, "
		"implementação, em implementação, construção, em construção, teste, em teste *, testes, em testes *, "
		"testando, homologação, em homologação *, análise, em análise *, analisando, em design, investigação, "
		"em investigação, refinamento, em refinamento, planejamento, em planejamento, planeamento, preparação, "
		"em preparação, atendimento, em atendimento, em tratamento, em processo, em processamento, correção, "
		"em correção, integração, em integração"},
	{"pt", SENSE_OPEN,
		"aberto, aberta, abertos, abertas, em aberto"},
	{"pt", SENSE_NEW,
		"a fazer *, fazer, por fazer *, para fazer *, tarefas pendentes, itens pendentes, pendente, pendentes, "
		"pendências, tarefas, lista de tarefas, novo, nova, novos, novas, reaberto, reaberta, criado, criada, "
		"cadastrado, cadastrada, protocolizado, * protocolizado, protocolado, * protocolado, rascunho, ideia, "
		"ideias, proposto, proposta, planejado, planejada, planeado, solicitado, solicitada, solicitação, "
		"registrado, registrada, recebido, recebida, demanda, demandas, triagem, em triagem, não iniciado, "
		"não iniciada, não começado, não atribuído, por iniciar, a iniciar, início, caixa de entrada"},
	{"pt", SENSE_NEUTRAL,
		"em, de, do, da, dos, das, os, as, um, uma, ou, por, para, com, no, na, ao, cliente, clientes, usuário, "
		"usuários, equipe, equipa, produto, projeto, tarefa, código, interno, interna, externo, externa, técnico, "
		"técnica, negócio, qualidade, suporte, data, semana, mês, fase, etapa, estado, fornecedor, informação, "
		"informações, itens"},
	{"pt", SENSE_VERB,
		"analisar, cancelar, criar, enviar, pagar, preparar, receber, registrar, rejeitar, solicitar"},

	/* Chinese, in simplified and traditional characters */
	{"zh", SENSE_QUEUE,
		"待*, 等待*, 等候*, 就绪, 就緒, 挂起, 掛起, 已挂起, 已掛起, 搁置, 擱置, 已搁置, 已擱置, 暂停, 暫停, "
		"已暂停, 已暫停, 暂缓, 延期, 已延期, 推迟, 阻塞, 阻塞中, 已阻塞, 被阻塞, 受阻, 卡住, 冻结, 凍結, 排队*, "
		"排隊*, 已排期, 排期中, 未测试, 未測試, 未审核, 未審核"},
	{"zh", SENSE_CANCELLED,
		"取消, *取消, 拒绝, 拒絕, *拒绝, *拒絕, 驳回, 駁回, *驳回, *駁回, 废弃, 廢棄, 已废弃, 作废, 作廢, 已作废, "
		"已作廢, 终止, 終止, 已终止, 已終止, 中止, 已中止, 放弃, 放棄, 已放弃, 撤销, 撤銷, 已撤销, 撤回, 已撤回, "
		"删除, 刪除, 已删除, 失败, 失敗, *失败, 重复, 重複, 重复问题, 无效, 無效, 无法重现, 無法重現, 不予处理, "
		"不处理, 不修复, 不做, 非问题, 非缺陷, 不通过, 未通过, *不通过"},
	{"zh", SENSE_DONE,
		"完成, 已完成, 全部完成, 完结, 完結, 已完结, 已完結, 结束, 結束, 已结束, 已結束, 关闭, 關閉, 已关闭, "
		"已關閉, 解决, 解決, 已解决, 已解決, 处理完成, 處理完成, 已处理, 已處理, 修复, 已修复, 已修復, 发布, "
		"已发布, 已發布, 已發佈, 上线, 上線, 已上线, 已上線, 已部署, 已投产, 交付, 已交付, 已实现, 已實現, 归档, "
		"已归档, 已歸檔, 已验收, 已驗收, 验收通过, 验收完成, 办结, 已办结, 成功"},
	{"zh", SENSE_LANDED,
		"已合并, 已合併"},
	{"zh", SENSE_PASSED,
		"*完成, *完毕, *完畢, *通过, *通過, 批准, 已批准, 已审核, 已審核, 已审批, 已评审, 已核准, 已测试, 已測試, "
		"已验证, 已驗證, 已提测, 已开发, 已開發, 已接受, 接受"},
	{"zh", SENSE_WAITING,
		"审核, 審核, *审核, *審核, 审核中, 審核中, 审批, 審批, 审批中, 審批中, 评审, 評審, *评审, 评审中, 評審中, "
		"复审, 复核, 验收, 驗收, 验收中, 驗收中, 确认中, 確認中, 反馈, 反饋, 已分配, 已指派, 预发布, 預發佈"},
	{"zh", SENSE_LAST_STEP,
		"部署, 部署中, 发布中, 發佈中, 上线中, 上線中, 交付中"},
	{"zh", SENSE_ACTIVE,
		"进行中, 進行中, *中, 进行, 进展中, 处理, 處理, 活动, 活動, 激活, 活跃, 开始, 開始, 已开始, 已開始, 执行, "
		"執行, 开发, 開發, 研发, 测试, 測試, *测试, *測試, 设计, 設計, *设计, 分析, *分析, 实施, 實施, 调研, "
		"跟进, 联调, 集成"},
	{"zh", SENSE_OPEN,
		"打开, 打開, 开放, 開放, 开启, 開啟, 已打开, 已开启"},
	{"zh", SENSE_NEW,
		"新, 新建, 新增, 新的, 待办, 待辦, 待办事项, 待辦事項, 待处理, 待處理, 待开始, 待開始, 待规划, 未*, "
		"未开始, 未開始, 未完成, 未处理, 未處理, 未解决, 尚未*, 重新打开, 重新打開, 重新开启, 重新開啟, 重新开放, "
		"重新激活, 已重新打开, 重开, 草稿, 想法, 创意, 創意, 需求, 需求池, 收集箱, 收件箱, 提交, 已提交, 创建, "
		"已创建, 創建, 已創建, 已登记, 规划, 规划中, 規劃中, 计划, 计划中, 計劃中, 提议, 建议, 积压"},

	/* Japanese */
	{"ja", SENSE_QUEUE,
		"待ち, *待ち, *待ち中, 待機, 待機中, 保留, *保留, 保留中, 一時停止, 停止中, 中断, 中断中, 延期, 準備完了, "
		"着手可能, ブロック, ブロック中, ブロック済み, 確認依頼, 確認依頼中, レビュー依頼, レビュー依頼中, "
		"承認依頼, 承認依頼中, 申請中, 未テスト, 未レビュー, 未確認, 差し戻し, 差戻し, 差戻, *差し戻し, "
		"開発に選択済み, 開発用に選択済み"},
	{"ja", SENSE_CANCELLED,
		"キャンセル, キャンセル済み, キャンセル済, キャンセルされました, 却下, *却下, 却下済み, 拒否, 否認, "
		"不承認, 中止, *中止, 対応不要, 対応しない, 取り消し, 取消, 取消し, 取り下げ, 取下げ, 不採用, 見送り, "
		"重複, 無効, 破棄, 廃止, 削除, 削除済み, 失敗, 再現せず, 再現しない, 再現不可, 仕様通り, 仕様どおり, "
		"対象外"},
	{"ja", SENSE_DONE,
		"完了, 完了済み, 完了済, 終了, 終了済み, クローズ, クローズ済み, クローズ済, クローズド, 解決, 解決済み, "
		"解決済, 対応済み, 対応済, 対応完了, 処理済み, 処理済, 処理完了, 作業完了, リリース済み, リリース済, "
		"リリース完了, 公開, 公開済み, 公開済, 修正済み, 修正済, 納品, 納品済み, 納品完了, デプロイ済み, "
		"本番反映済み, 本番リリース済み, 達成, 済, 済み, 終結"},
	{"ja", SENSE_LANDED,
		"マージ済み, マージ済, マージ完了"},
	{"ja", SENSE_PASSED,
		"*完了, *終了, *済み, *済, 承認, 受理, 合格"},
	{"ja", SENSE_WAITING,
		"レビュー, *レビュー, レビュー中, *レビュー中, 確認, 確認中, *確認中, 承認中, *承認中, 審査, 審査中, "
		"フィードバック, 割り当て済み, 割当済み, 検収, 検収中"},
	{"ja", SENSE_LAST_STEP,
		"デプロイ, デプロイ中, リリース, リリース中, 納品中, 本番反映"},
	{"ja", SENSE_ACTIVE,
		"進行中, *中, 着手, 着手済み, 開発, テスト, *テスト, 設計, *設計, 実装, 分析, *分析, 調査, *調査, 検討, "
		"デザイン, アクティブ, 実行, 製造, 構築, 修正"},
	{"ja", SENSE_OPEN,
		"オープン"},
	{"ja", SENSE_NEW,
		"未*, 未着手, 未対応, 未処理, 未完了, 未開始, 未割り当て, 未割当, 未解決, 新規, 新規作成, 作業前, 開始前, "
		"着手前, 再オープン, 再開, 起票, 起票済み, 受付, 受付済み, 受付中, 登録, 登録済み, 報告, 報告済み, 作成, "
		"作成済み, 提案, 申請, 依頼, 下書き, ドラフト, アイデア, バックログ, 計画, 予定, やること, これから"},

	{NULL, SENSE_UNKNOWN, NULL}
};
