#include "kinds/attached_key.h"

#include "kinds/index.h"
#include "kinds/names.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {

void take_over_index(const Object& constraint, const Sql& timing, const ChangeContext& context, Action& action) {
  Object index = constraint;
  index.id = {KindId::Index, constraint.id.schema, constraint.id.member, "", ""};
  index.parent = relation_id(constraint);
  index.attributes.remove("type");
  action.sql.push_back(sql("ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}{}", relation_of(constraint.id), ident(constraint.id.member),
                           constraint.attributes.text("type") == "unique" ? sql("UNIQUE") : sql("PRIMARY KEY"), ident(automatic_name(index)), timing));
  adapt_twin(constraint, index_address(constraint), context, action);
}

void drop_attached_key(const Object& constraint, const Object& attachment, const ChangeContext&, Action& action) {
  const std::string& of = attachment.attributes.text("of");
  action.sql.push_back(sql("ALTER TABLE {} DETACH PARTITION {}", fragment(of), relation_of(constraint.id)));
  action.sql.push_back(sql("ALTER TABLE {} DROP CONSTRAINT {}", relation_of(constraint.id), ident(constraint.id.member)));
  action.sql.push_back(sql("ALTER TABLE {} ATTACH PARTITION {} {}", fragment(of), relation_of(constraint.id), fragment(attachment.attributes.text("bound"))));
}

}  // namespace lpc::kinds
