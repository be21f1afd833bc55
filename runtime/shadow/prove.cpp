#include "shadow/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "introspect/introspect.h"
#include "kinds/inheritance.h"
#include "kinds/kind.h"
#include "kinds/mishaps.h"
#include "kinds/names.h"
#include "kinds/parts.h"
#include "plan/hazards.h"
#include "plan/impact.h"
#include "plan/keep_data.h"
#include "plan/lasting_parts.h"
#include "plan/steps.h"
#include "shadow/builder.h"
#include "shadow/differences.h"
#include "shadow/measure.h"
#include "shadow/new_database.h"
#include "shadow/observe.h"
#include "shadow/rows_kept.h"
#include "shadow/run_steps.h"
#include "shadow/sample_rows.h"
#include "shadow/tablespaces.h"

namespace lpc::shadow {

namespace {

using diag::Code;

/// By OID.
Result<std::map<std::string, std::string>> schema_names(pg::Connection& connection) {
  LP_TRY(const pg::Rows rows, connection.query("SELECT oid, pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_namespace"));
  std::map<std::string, std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.emplace(rows(row, 0), kinds::respelled(rows(row, 1)));
  return names;
}

/// What schemas and tables were called before the plan, by what they are called after it.
struct NewNames {
  std::map<std::string, std::string> schemas, tables;
};

NewNames new_names(const RowSums& before, const RowSums& after, const std::map<std::string, std::string>& schemas_before, const std::map<std::string, std::string>& schemas_after) {
  NewNames names;
  for (const auto& [oid, name] : schemas_after) {
    if (const auto was = schemas_before.find(oid); was != schemas_before.end() && was->second != name) names.schemas[name] = was->second;
  }
  for (const auto& [oid, table] : after) {
    if (const auto was = before.find(oid); was != before.end() && was->second.name != table.name) names.tables[table.name] = was->second.name;
  }
  return names;
}

/// Plans speak of what they drop and lose by the names that it has then; both are excused.
Excused with_old_names(Excused excused, const NewNames& names) {
  const auto add = [](std::set<std::string>& to, const std::map<std::string, std::string>& renamed) {
    const std::set<std::string> said = to;
    for (const std::string& name : said) {
      for (const auto& [now, was] : renamed) {
        if (name == now || name.starts_with(now + ".")) to.insert(was + name.substr(now.size()));
      }
    }
  };
  for (std::set<std::string>* of : {&excused.tables, &excused.columns, &excused.types}) {
    add(*of, names.tables);
    add(*of, names.schemas);
  }
  return excused;
}

std::string in_words(const std::vector<RowsDiffer>& differ) {
  std::vector<std::string> words;
  for (const RowsDiffer& table : differ) words.push_back(fmt::format("{} {}", table.table, table.what));
  return join(words, "; ");
}

class Prover {
 public:
  Prover(ShadowServer& server, plan::Plan plan, const ProveRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink, pg::Connection& connection)
      : server_(server), plan_(std::move(plan)), request_(request), fragments_(fragments), sink_(sink), connection_(connection) {}

  Result<ProvenPlan> run() {
    LP_DO(build_live());
    LP_DO(become_role());
    LP_DO(run_forward());
    LP_DO(become_admin());
    introspect::Identities identities;
    LP_TRY(const Catalog reached, read(context_of_target(), {.identities = &identities}));
    report_unmodelled();
    LP_DO(check_target(reached, identities));
    if (request_.forward_only) {
      plan_.proof.reset();
      return ProvenPlan{std::move(plan_), plan::restrict(reached, request_.scope)};
    }
    const bool planned_here = plan_.reverse.empty();
    if (planned_here) LP_DO(plan_reverse(reached, renames_between(reached, identities, built_, identities_)));
    LP_DO(become_role());
    LP_DO(run_measured(plan_.reverse, reached, Code::kReverseProofFailed));
    LP_DO(become_admin());
    introspect::Identities identities_back;
    LP_TRY(const Catalog back, read(request_.live, {.identities = &identities_back}));
    LP_DO(check_source(back, identities_back));
    plan_.proof->server = fmt::format("{}.{}", server_.server_version() / 10000, server_.server_version() % 10000);
    plan_.proof->scope = "full";
    return ProvenPlan{std::move(plan_), plan::restrict(reached, request_.scope)};
  }

  /// Both ways again, of a plan that is proved, with rows in the tables. Those of `left_empty` stay empty, to which a step adds its table when it doesn't take the rows there:
  /// nothing then, and the next try, with another database, may get further.
  Result<std::optional<plan::RowsProof>> try_rows(std::set<std::string>& left_empty, std::vector<RowsDiffer>& not_back) {
    LP_DO(build_live());
    LP_TRY(const std::vector<std::string> empty, fill_with_sample_rows(connection_, request_.rows, left_empty));
    LP_TRY(const RowSums before, sum_rows(connection_));
    LP_TRY(const auto schemas_before, schema_names(connection_));
    LP_DO(become_role());
    LP_TRY(const bool went, take(plan_.steps, left_empty));
    if (!went) return std::optional<plan::RowsProof>();
    LP_DO(become_admin());
    LP_TRY(const RowSums reached, sum_rows(connection_));
    LP_TRY(const auto schemas_reached, schema_names(connection_));
    const NewNames renamed = new_names(before, reached, schemas_before, schemas_reached);
    const Excused lost = with_old_names(excused(), renamed);
    if (const auto differ = rows_that_differ(before, reached, with_old_names(with_changed_values(with_kept(lost)), renamed)); !differ.empty()) {
      sink_.add(diag::make(Code::kRowsNotKept, {}, in_words(differ)));
      return Failure::reported();
    }
    LP_DO(become_role());
    LP_TRY(const bool came_back, take(plan_.reverse, left_empty));
    if (!came_back) return std::optional<plan::RowsProof>();
    LP_DO(become_admin());
    LP_TRY(const RowSums back, sum_rows(connection_));
    not_back = rows_that_differ(before, back, lost);
    plan::RowsProof proof{0, 0, empty};
    proof.empty.insert(proof.empty.end(), left_empty.begin(), left_empty.end());
    for (const auto& [oid, table] : before) {
      proof.tables += table.rows > 0;
      proof.rows += table.rows;
    }
    return std::optional<plan::RowsProof>(std::move(proof));
  }

 private:
  // ---- the live database, again ----------------------------------------------------------------------------------------------

  Status build_live() {
    LP_TRY(empty_, introspect::introspect(connection_, {.again = true}, fragments_, sink_));
    for (const std::string& name : needed_roles()) LP_DO(ensure_usable_role(server_, connection_, name));
    if (request_.target) LP_DO(make_grantors_plain(server_, connection_, *request_.target));
    LP_DO(build(server_, connection_, empty_, with_foreign_cluster(request_.live, &request_.scope), {.canonical = true}, sink_));
    if (request_.target) LP_DO(ensure_tablespaces(server_, connection_, *request_.target, OtherTablespaces::kStay));
    for (const Object& object : request_.live.objects()) {
      if (const Sql statement = kinds::half_done(object); !statement.empty()) LP_DO(connection_.execute(statement));
    }
    LP_TRY(built_, read(request_.live, {.identities = &identities_}));
    if (plan_.source_hash.empty()) plan_.source_hash = hash(request_.live);
    if (hash(built_) == (request_.respelling ? hash(request_.respelling->without_mishaps(request_.live)) : plan_.source_hash)) return ok();
    return wrong_end(Code::kForwardProofFailed, "the live database, built on the shadow, isn't the same", restricted(request_.live), restricted(built_));
  }

  /// Those that the steps may name: PUBLIC and the shadow's own need no making, those that the plan makes must not be there.
  std::set<std::string> needed_roles() const {
    std::set<std::string> names;
    const auto live_roles = request_.live.of(KindId::Role);
    for (const Object& object : live_roles) {
      if (!request_.target && !request_.scope.covers(object) && !object.id.name.starts_with("pg_")) names.insert(object.id.name);
    }
    if (!plan_.role.empty()) names.insert(plan_.role);
    if (!request_.target) return names;
    for (const std::string& name : named_roles(*request_.target)) {
      const auto is_declared_in = [&](const Catalog& catalog) {
        const Object* role = catalog.find({KindId::Role, "", name, "", ""});
        return role != nullptr && !role->external;
      };
      if (!is_declared_in(*request_.target) && (is_declared_in(request_.live) || live_roles.empty())) names.insert(name);
    }
    return names;
  }

  // ---- who runs it -------------------------------------------------------------------------------------------------------------

  /// On a server of our own the plan's role may do everything, so that rights that a shadow can't know don't get in the way. On another server, and when the role
  /// itself is what the plan is about, the shadow's user stands in for it.
  bool runs_as_role() const {
    if (plan_.role.empty() || plan_.role == connection_.user() || !is_own_server(server_)) return false;
    return std::none_of(request_.scope.declared.begin(), request_.scope.declared.end(),
                        [&](const ObjectId& id) { return id.kind == KindId::Role && id.name == plan_.role; });
  }

  Status become_role() {
    if (runs_as_role()) {
      LP_DO(connection_.execute(sql("ALTER ROLE {} SUPERUSER", ident(plan_.role))));
      LP_DO(connection_.execute(sql("SET SESSION AUTHORIZATION {}", ident(plan_.role))));
    }
    return connection_.execute("SET check_function_bodies = off");
  }

  /// And forget what the steps have set.
  Status become_admin() {
    LP_DO(connection_.execute("RESET SESSION AUTHORIZATION"));
    return connection_.execute("RESET ALL");
  }

  /// Steps that don't say what they touch, as hand-written ones, are watched.
  Status run_forward() {
    const bool told = request_.target || std::all_of(plan_.steps.begin(), plan_.steps.end(), [](const plan::Step& step) { return !step.objects.empty(); });
    if (told) return run_measured(plan_.steps, built_, Code::kForwardProofFailed);
    Moment before{built_, identities_};
    const bool losses_said = !plan_.loses.empty();
    const bool hazards_said = std::any_of(plan_.steps.begin(), plan_.steps.end(), [](const plan::Step& step) { return !step.hazards.empty(); });
    LP_DO(run_measured(plan_.steps, built_, Code::kForwardProofFailed, [&](std::size_t at) -> Status {
      const bool in_transaction = connection_.transaction_state() == pg::TransactionState::kInTransaction;
      Moment after;
      LP_TRY(after.catalog, read(request_.live, {.in_transaction = in_transaction, .identities = &after.identities}));
      for (plan::Loss& loss : observe(identities_, before, after, planner_options(), plan_.steps[at])) {
        const auto id = ObjectId::parse(loss.object);
        if (!losses_said && id && built_.has(*id)) plan_.loses.push_back(std::move(loss));
      }
      if (!std::all_of(plan_.steps.begin(), plan_.steps.begin() + static_cast<std::ptrdiff_t>(at) + 1, only_defines)) plan_.steps[at].checks.clear();
      before = std::move(after);
      return ok();
    }));
    if (!hazards_said) plan::judge_locks(plan_.steps);
    return ok();
  }

  /// Whether rows are what they were before the plan when the step is done. After others nobody can look ahead whether a step fails on rows.
  static bool only_defines(const plan::Step& step) {
    static constexpr std::string_view kWords[] = {"alter", "comment", "create", "drop", "grant", "revoke", "set"};
    return std::ranges::all_of(step.sql, [](const std::string& statement) {
      const std::size_t begin = statement.find_first_not_of(" \t\r\n");
      if (begin == std::string::npos) return true;
      const std::size_t end = statement.find_first_of(" \t\r\n", begin);
      return std::ranges::find(kWords, to_lower_ascii(statement.substr(begin, end - begin))) != std::end(kWords);
    });
  }

  /// Predicts what the steps do, runs them, and says where the shadow saw something else.
  Status run_measured(std::vector<plan::Step>& steps, const Catalog& before, Code code, const std::function<Status(std::size_t)>& after_step = nullptr) {
    const std::vector<plan::Impact> predicted = plan::predict_steps(steps, before, planner_options().server_version, {.time_zone = connection_.parameter_status("TimeZone"), .role = plan_.role});
    Meter meter(connection_, [this] { return server_.connect(connection_.database()); });
    LP_DO(run_steps(server_, connection_, steps, {meter, predicted}, code, sink_, after_step));
    for (diag::Diagnostic& note : meter.take_notes()) sink_.add(std::move(note));
    return ok();
  }

  // ---- reading and comparing -----------------------------------------------------------------------------------------------------

  Catalog context_of_target() const {
    return request_.target ? plan::overlay(request_.live, *request_.target, request_.scope) : request_.live;
  }

  Result<Catalog> read(const Catalog& said, introspect::IntrospectOptions options = {}) {
    options.again = true;
    LP_TRY(const Catalog raw, introspect::introspect(connection_, options, fragments_, quiet_));
    // The shadow's roles are no part of the proof.
    return tidy(raw, {said, empty_, connection_.user(), plan_.role, false, !is_own_server(server_)}).only([&](const Object& object) {
      return !kinds::kind(object.id.kind).traits.cluster_wide || request_.scope.covers(object);
    });
  }

  /// The shadow holds nothing that no kind has, unless the plan made it.
  void report_unmodelled() {
    for (const diag::Diagnostic& diagnostic : quiet_.all()) {
      const auto same = [&](const diag::Diagnostic& other) { return other.code == diagnostic.code && other.message == diagnostic.message; };
      if (diagnostic.code == Code::kUnmodelledObject && std::none_of(sink_.all().begin(), sink_.all().end(), same)) sink_.add(diagnostic);
    }
  }

  /// The live database when its copy reads as `copy` after those steps.
  Catalog as_live(const Catalog& copy, const introspect::Identities& identities, const std::vector<plan::Step>& steps) {
    if (!request_.respelling) return copy;
    const plan::Survivors survivors = survivors_between(identities_, identities);
    said_again_.merge(request_.respelling->said_again(steps, copy, survivors));
    return request_.respelling->as_live(copy, survivors, said_again_);
  }

  Catalog restricted(const Catalog& catalog) const { return plan::restrict(catalog, request_.scope); }
  std::string hash(const Catalog& catalog) const { return catalog_hash(restricted(catalog)); }

  Failure wrong_end(Code code, const std::string& what, const Catalog& expected, const Catalog& found) {
    diag::Diagnostic diagnostic = diag::make(code, {}, what);
    for (std::string& line : describe_differences(expected, found)) diagnostic.notes.push_back({std::move(line), {}});
    sink_.add(std::move(diagnostic));
    return Failure::reported();
  }

  Status check_target(const Catalog& reached, const introspect::Identities& identities) {
    const std::string found = hash(as_live(reached, identities, plan_.steps));
    if (request_.target) {
      const Catalog target = restricted(*request_.target);
      const std::string wanted = catalog_hash(target);
      if ((request_.respelling ? hash(reached) : found) != wanted) return wrong_end(Code::kForwardProofFailed, "it ends in another state", target, restricted(reached));
    } else if (!plan_.target_hash.empty() && plan_.target_hash != found) {
      sink_.add(diag::make(Code::kForwardProofFailed, {}, fmt::format("it ends in `{}`, and its target is `{}`", found, plan_.target_hash)));
      return Failure::reported();
    }
    plan_.target_hash = found;
    plan_.proof.emplace();
    plan_.proof->forward = found;
    return ok();
  }

  /// On the way back a name that Postgres chose is wanted again, and not the one that is there meanwhile.
  static Catalog as_said(Catalog catalog) {
    for (const Object& object : catalog.objects()) {
      Object& edited = *catalog.edit(object.id);
      for (const kinds::AttributeRule& rule : kinds::kind(object.id.kind).attributes) {
        const bool is_name = rule.unsaid_keeps_live && rule.content == kinds::Content::name;
        if (is_name && !object.attributes.has(rule.name)) edited.hints.push_back({"said", {std::string(rule.name)}, {}});
      }
      kinds::set_undone(edited);
    }
    return catalog;
  }

  /// What the reverse can reach from `start`: the order of columns doesn't come back, and some values of enums don't go.
  Catalog way_back(const Catalog& start, diag::Sink& notes) const {
    return plan::with_lasting_parts(start, plan::reconcile(start, as_said(built_), plan_.role, server_.server_version(), notes), server_.server_version());
  }

  static bool differs(const kinds::AttributeRule& rule, const Object& before, const Object& reached) {
    const Value* was = before.attributes.find(rule.name);
    const Value* is = reached.attributes.find(rule.name);
    return !rule.ignored && (was == nullptr || is == nullptr ? was != is : *was != *is);
  }

  /// What the object doesn't get back; "" when that is nothing.
  static std::string loss(const Object& before, const Object& reached) {
    if (!kinds::half_done(before).empty()) return "the detaching that was cut off";
    const auto rules = kinds::kind(before.id.kind).attributes;
    if (std::ranges::none_of(rules, [&](const kinds::AttributeRule& rule) { return differs(rule, before, reached); })) return {};
    for (const kinds::AttributeRule& rule : rules) {
      if (!rule.lasts.empty() && differs(rule, before, reached)) return std::string(rule.lasts);
    }
    const bool keeps_parts = kinds::part_names(reached).size() > kinds::part_names(before).size();
    return keeps_parts ? "values that it hadn't before stay, since a partition key has this type" : "the order of its columns";
  }

  /// Whether the reverse ends there, and what it doesn't bring back.
  Status check_source(const Catalog& back, const introspect::Identities& identities) {
    diag::Sink notes;
    const Catalog wanted = restricted(way_back(back, notes));
    const Catalog live = as_live(back, identities, plan_.reverse);
    plan_.proof->reverse = hash(live);
    if ((request_.respelling ? hash(back) : plan_.proof->reverse) != catalog_hash(wanted)) return wrong_end(Code::kReverseProofFailed, "it ends in another state", wanted, restricted(back));
    for (const Object& object : wanted.objects()) {
      const Object* before = built_.find(object.id);
      if (!before && object.parent && built_.has(*object.parent)) plan_.loses.push_back({object.id.text(), "being inherited alone"});
      const std::string lost = before ? loss(*before, object) : std::string();
      if (!lost.empty()) plan_.loses.push_back({object.id.text(), lost});
    }
    if (!request_.respelling) return ok();
    for (const ObjectId& id : request_.respelling->reworded(live)) plan_.loses.push_back({id.text(), "the words of its SQL, for others that mean the same"});
    return ok();
  }

  // ---- rows ------------------------------------------------------------------------------------------------------------------------

  /// Runs the steps; false when one fails because of the rows of its tables, which are among `left_empty` then.
  Result<bool> take(std::vector<plan::Step>& steps, std::set<std::string>& left_empty) {
    LP_TRY(const std::optional<Refusal> refusal, run_unwatched(server_, connection_, steps));
    if (!refusal) return true;
    bool any = false;
    std::string named;
    for (const std::string& table : tables_of(*refusal->step)) {
      any |= left_empty.insert(table).second;
      named += (named.empty() ? "" : ", ") + table;
    }
    sink_.add(diag::make(Code::kRowsRefused, {}, named.empty() ? "its tables" : named, refusal->step->id, refusal->step->description, refusal->error.message));
    return any ? Result<bool>(false) : Failure::reported();
  }

  /// Those that the step is about, as far as they have the names that they had before the plan; partitioned ones for their partitions.
  std::set<std::string> tables_of(const plan::Step& step) const {
    std::set<std::string> names;
    const kinds::Lineage lineage(built_);
    const auto add = [&](ObjectId id) {
      id.kind = KindId::Table;
      id.member = {};
      id.arguments = {};
      for (const Object* attachment = lineage.partition(id); attachment; attachment = lineage.partition(id)) id = kinds::whole_of(*attachment);
      if (built_.has(id)) names.insert(id.path());
    };
    for (const std::string& text : step.objects) {
      if (const auto id = ObjectId::parse(text)) add(*id);
    }
    for (const plan::StepLock& lock : step.locks) {
      if (const auto id = ObjectId::parse("table " + lock.relation)) add(*id);
    }
    return names;
  }

  /// What the plan says it loses: a column in the tables that inherit it, too.
  Excused excused() const {
    Excused lost;
    for (const plan::Loss& loss : plan_.loses) {
      if (const auto id = ObjectId::parse(loss.object)) excuse(*id, lost);
    }
    return lost;
  }

  /// And what it keeps, on the way there.
  Excused with_kept(Excused lost) const {
    for (const plan::Keep& keep : plan_.keeps) {
      if (const auto id = ObjectId::parse(keep.object)) excuse(*id, lost);
    }
    return lost;
  }

  void excuse(const ObjectId& id, Excused& lost) const {
    if (id.kind == KindId::Column) {
      lost.columns.insert(id.path());
      for (const ObjectId& heir : kinds::descendants(built_, kinds::table_of(id))) lost.columns.insert(kinds::column_id(heir, id.member).path());
    } else if (kinds::kind(id.kind).traits.swappable) {
      excuse_types(id, lost);
    } else {
      lost.tables.insert(id.path());
    }
  }

  /// A type, those that are made of it, and the columns of tables that are.
  void excuse_types(const ObjectId& id, Excused& lost) const {
    if (!lost.types.insert(id.path()).second) return;
    for (const Object& other : built_.objects()) {
      const bool is_type = kinds::kind(other.id.kind).traits.swappable || other.id.kind == KindId::RangeType;
      if (is_type && std::ranges::find(other.depends_on, id) != other.depends_on.end()) excuse_types(other.id, lost);
      if (other.attributes.text("of_type") == id.path()) lost.columns.insert(other.id.path() + ".*");
    }
  }

  /// And what it is there to change: the columns that it fills, the values of types, whose names are what is compared, and, as its author says of a hand-written one, rows.
  Excused with_changed_values(Excused lost) const {
    for (const plan::Step& step : plan_.steps) {
      for (const std::string& text : step.objects) {
        const auto id = ObjectId::parse(text);
        if (!id) continue;
        const bool fills = (id->kind == KindId::Column || (id->kind == KindId::Table && !request_.target)) && (step.kind == "data" || step.kind == "backfill");
        if (fills || kinds::kind(id->kind).traits.swappable) excuse(*id, lost);
      }
    }
    return lost;
  }

  // ---- the way back ----------------------------------------------------------------------------------------------------------------

  Status plan_reverse(const Catalog& reached, plan::Renames renames) {
    // A typed table's columns are renamed with the attributes of their type.
    std::erase_if(renames, [&](const auto& pair) {
      const Object* part = reached.find(pair.first);
      const Object* whole = part && part->parent ? reached.find(*part->parent) : nullptr;
      return whole && whole->attributes.has("of_type");
    });
    renames = plan::with_room(std::move(renames), reached);
    std::vector<Action> actions = plan::rename_actions(reached, renames);
    Catalog start = reached;
    if (!actions.empty()) {
      LP_TRY(start, look_ahead(actions));
    }
    diag::Sink notes;
    Catalog target = way_back(start, notes);
    if (std::vector<Action> moves = plan::moves_along(start, target); !moves.empty()) {
      std::ranges::move(moves, std::back_inserter(actions));
      LP_TRY(start, look_ahead(actions));
      target = way_back(start, notes);
    }
    target = plan::with_kept(plan_.keeps, std::move(target));
    const std::size_t errors = sink_.error_count();
    plan::PlannerOptions options = planner_options();
    options.in_use = request_.in_use;
    std::vector<Action> changes = plan::plan_actions(start, target, options, sink_);
    if (sink_.error_count() > errors) return Failure::reported();
    for (Action& action : changes) actions.push_back(std::move(action));
    plan_.reverse = plan::to_steps(actions, {.before = &reached, .server_version = server_.server_version(), .role = plan_.role, .in_use = request_.in_use});
    plan::judge_locks(plan_.reverse);
    return ok();
  }

  plan::PlannerOptions planner_options() const { return {plan_.server_version ? plan_.server_version : server_.server_version(), plan_.role}; }

  /// The catalog after the renames, as Postgres rewrites what names them; then they are undone.
  Result<Catalog> look_ahead(const std::vector<Action>& renames) {
    Script script;
    script.add("BEGIN");
    for (const Action& action : renames) {
      for (const Sql& statement : action.sql) script.add(statement.text, &action);
    }
    LP_DO(run_script(connection_, script, built_, nullptr, sink_));
    LP_TRY(Catalog renamed, read(request_.live, {.in_transaction = true}));
    LP_DO(connection_.execute("ROLLBACK"));
    return renamed;
  }

  ShadowServer& server_;
  plan::Plan plan_;
  const ProveRequest& request_;
  frontend::FragmentParser& fragments_;
  diag::Sink& sink_;
  diag::Sink quiet_;           ///< what there is to say about the live catalog has been said
  pg::Connection& connection_;
  Catalog empty_;
  Catalog built_;              ///< the live catalog as the shadow has it
  introspect::Identities identities_;    ///< and its objects' identities
  plan::Respelling::Attributes said_again_;
};

/// What there is before or after the plan, each step by itself making about one.
std::size_t objects_in(const plan::Plan& plan, const ProveRequest& request) { return request.live.objects().size() + plan.steps.size(); }

/// Those that an earlier try made and, cut off, didn't take away; on another server they are dropped in the end. The first call remembers which there are.
Status drop_new_roles(ShadowServer& server, pg::Connection& connection, std::set<std::string>& known) {
  LP_TRY(const std::set<std::string> now, role_names(connection));
  if (known.empty()) known = now;
  for (const std::string& name : now) {
    if (!known.contains(name) && is_own_server(server)) LP_DO(connection.execute(sql("DROP ROLE {}", ident(name))));
  }
  return ok();
}

std::string first_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  if (names.size() <= kShown) return join(names, ", ");
  return fmt::format("{} and {} more", join(std::vector<std::string>(names.begin(), names.begin() + kShown), ", "), names.size() - kShown);
}

/// With rows in the tables, as often as it takes to find those that the steps don't fit.
Status prove_rows(ShadowServer& server, plan::Plan& plan, const ProveRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink) {
  constexpr int kTries = 8;
  std::set<std::string> left_empty, roles;
  for (int tries = 0; tries < kTries; ++tries) {
    diag::Sink said;    // of the live database all has been said
    std::vector<RowsDiffer> not_back;
    const auto rows = in_new_database(server, objects_in(plan, request), [&](pg::Connection& connection) -> Result<std::optional<plan::RowsProof>> {
      LP_DO(drop_new_roles(server, connection, roles));
      return Prover(server, plan, request, fragments, said, connection).try_rows(left_empty, not_back);
    });
    bool refused = false;
    for (const diag::Diagnostic& diagnostic : said.all()) {
      refused |= diagnostic.code == Code::kRowsRefused;
      if (diagnostic.code == Code::kRowsRefused || diagnostic.severity == diag::Severity::error) sink.add(diagnostic);
    }
    if (!rows && !refused) return rows.failure();
    if (!rows) return ok();    // no table could be named that should be left empty
    if (!*rows) continue;
    if (!not_back.empty()) sink.add(diag::make(Code::kRowsNotBack, {}, in_words(not_back)));
    for (const RowsDiffer& table : not_back) plan.loses.push_back({"table " + table.table, fmt::format("rows: it {}", table.what)});
    if (!(*rows)->empty.empty()) sink.add(diag::make(Code::kNoRows, {}, first_of((*rows)->empty)));
    plan.proof->rows = **rows;
    return ok();
  }
  return ok();
}

}  // namespace

Result<ProvenPlan> prove(ShadowServer& server, plan::Plan plan, const ProveRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink) {
  const std::size_t objects = objects_in(plan, request);
  LP_TRY(ProvenPlan proven, in_new_database(server, objects, [&](pg::Connection& connection) { return Prover(server, std::move(plan), request, fragments, sink, connection).run(); }));
  if (request.rows > 0 && proven.plan.proof) LP_DO(prove_rows(server, proven.plan, request, fragments, sink));
  return proven;
}

}  // namespace lpc::shadow
