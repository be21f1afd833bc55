#include "introspect/introspect.h"

#include <fmt/format.h>

#include "introspect/decode.h"
#include "introspect/dependencies.h"
#include "introspect/read.h"
#include "introspect/security_labels.h"
#include "kinds/kind.h"
#include "kinds/parts.h"
#include "lower/lower.h"

namespace lpc::introspect {

namespace {

void report(const std::vector<Unmodelled>& found, diag::Sink& sink) {
  for (const Unmodelled& object : found) {
    const std::string name = object.schema.empty() ? object.name : ident(object.schema).text + "." + object.name;
    sink.add(object.is_beyond_dumps           ? diag::make(diag::Code::kBeyondDumps, {}, object.what, name)
             : object.is_among_system_objects() ? diag::make(diag::Code::kAmongSystemObjects, {}, object.what, name)
                                                : diag::make(diag::Code::kUnmodelledObject, {}, object.what, name));
  }
}

/// They are OIDs, good within one database only.
void forget_identities_of_parts(CatalogBuilder& builder) {
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    if (!kinds::has_parts(kind->id)) continue;
    for (Object* object : builder.of(kind->id)) object->attributes.remove("_part_ids");
  }
}

}  // namespace

Result<Catalog> introspect(pg::Connection& connection, const IntrospectOptions& options, frontend::FragmentParser& fragments, diag::Sink& sink) {
  const int server_version = connection.server_version_num();
  struct OfKind {
    Result<std::vector<Decoded>> objects = std::vector<Decoded>();
    std::vector<Result<std::vector<Decoded>>> details;    // as Kind::details
  };
  std::vector<OfKind> decoded(kKindCount);    // threads write to different ones
  for (const kinds::Kind* kind : kinds::all_kinds()) decoded[static_cast<std::size_t>(kind->id)].details.assign(kind->details.size(), std::vector<Decoded>());
  LP_TRY(Reading reading, read(connection, {.in_transaction = options.in_transaction, .hash_only = options.hash_only, .again = options.again},
                                     [&](const kinds::Kind& kind, const kinds::DetailQuery* detail, const pg::Rows& rows) {
                                       OfKind& of_kind = decoded[static_cast<std::size_t>(kind.id)];
                                       auto& place = detail == nullptr ? of_kind.objects : of_kind.details[static_cast<std::size_t>(detail - kind.details.data())];
                                       place = decode(kind, rows, server_version);
                                     }));

  CatalogBuilder builder;
  Aliases aliases(reading.system_catalogs);
  std::size_t rows = 0;
  for (const OfKind& of_kind : decoded) rows += of_kind.objects ? of_kind.objects->size() : 0;
  builder.expect(rows);
  aliases.expect(2 * rows);    // a table has its row type too
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    LP_TRY(std::vector<Decoded> objects, std::move(decoded[static_cast<std::size_t>(kind->id)].objects));
    if (!kind->traits.listed_as.empty()) order_parts(objects, aliases);
    LP_DO(add(std::move(objects), builder, aliases));
  }
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    if (!kind->traits.listed_as.empty()) list_parts(*kind, builder);
  }
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    for (auto& of_detail : decoded[static_cast<std::size_t>(kind->id)].details) {
      LP_TRY(std::vector<Decoded> details, std::move(of_detail));
      LP_DO(add_details(std::move(details), kind->id, aliases));
    }
  }
  std::vector<Unmodelled> labelled = apply_security_labels(reading.labels, aliases);
  if (!options.hash_only) {
    const Dependencies dependencies(reading.dependencies, aliases);
    dependencies.apply(builder);
    std::vector<Unmodelled> unmodelled = find_unmodelled(reading.candidates, aliases, dependencies);
    unmodelled.insert(unmodelled.end(), std::make_move_iterator(labelled.begin()), std::make_move_iterator(labelled.end()));
    report(unmodelled, sink);
    if (options.unmodelled) *options.unmodelled = std::move(unmodelled);
  }

  for (const kinds::Kind* kind : kinds::all_kinds()) {
    if (kind->normalise) kind->normalise(builder);
  }
  redirect_from_removed(builder);
  if (options.identities) {
    *options.identities = aliases.identities(builder);
  } else {
    forget_identities_of_parts(builder);
  }
  if (!options.hash_only) lower::link(builder, fragments, lower::LinkMode::introspected, sink);
  return builder.finish();
}

}  // namespace lpc::introspect
