// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/fault_words.hpp"

#include <initializer_list>

namespace sase::sandbox {

namespace {

template <typename Form>
struct NamedValue {
  std::string_view word;
  Form form;
};

template <typename Form>
std::optional<Form> find(std::string_view word, std::initializer_list<NamedValue<Form>> words) {
  for (const NamedValue<Form>& known : words) {
    if (known.word == word) return known.form;
  }
  return std::nullopt;
}

}  // namespace

template <>
std::optional<BodyShape> form_named(std::string_view word) {
  return find<BodyShape>(word, {{"message", BodyShape::message},
                                {"id-message", BodyShape::id_message},
                                {"gum", BodyShape::gum},
                                {"html", BodyShape::html},
                                {"empty", BodyShape::empty},
                                {"not-json", BodyShape::not_json},
                                {"echo-key", BodyShape::echo_key}});
}

template <>
std::optional<ResetStage> form_named(std::string_view word) {
  return find<ResetStage>(
      word, {{"accept", ResetStage::accept}, {"headers", ResetStage::headers}, {"body", ResetStage::body}});
}

template <>
std::optional<ExpiryForm> form_named(std::string_view word) {
  return find<ExpiryForm>(word, {{"seconds", ExpiryForm::seconds},
                                 {"milliseconds", ExpiryForm::milliseconds},
                                 {"quoted", ExpiryForm::quoted},
                                 {"rfc3339", ExpiryForm::rfc3339},
                                 {"rfc3339-fraction", ExpiryForm::rfc3339_fraction},
                                 {"missing", ExpiryForm::missing},
                                 {"null", ExpiryForm::null},
                                 {"past", ExpiryForm::past},
                                 {"now", ExpiryForm::now},
                                 {"negative", ExpiryForm::negative},
                                 {"float", ExpiryForm::floating},
                                 {"huge", ExpiryForm::huge},
                                 {"text", ExpiryForm::text},
                                 {"object", ExpiryForm::object}});
}

template <>
std::optional<TokenForm> form_named(std::string_view word) {
  return find<TokenForm>(word, {{"newline", TokenForm::newline},
                                {"escape", TokenForm::escape},
                                {"space", TokenForm::space},
                                {"empty", TokenForm::empty},
                                {"missing", TokenForm::missing},
                                {"number", TokenForm::number},
                                {"null", TokenForm::null}});
}

template <>
std::optional<EnvelopeForm> form_named(std::string_view word) {
  return find<EnvelopeForm>(
      word,
      {{"missing", EnvelopeForm::missing}, {"array", EnvelopeForm::array}, {"deep", EnvelopeForm::deep}});
}

template <>
std::optional<DateForm> form_named(std::string_view word) {
  return find<DateForm>(word, {{"missing", DateForm::missing}, {"invalid", DateForm::invalid}});
}

template <>
std::optional<KeyGeneration> form_named(std::string_view word) {
  return find<KeyGeneration>(
      word, {{"both", KeyGeneration::both}, {"v1", KeyGeneration::v1}, {"v3", KeyGeneration::v3}});
}

template <>
std::optional<FaultRoute> form_named(std::string_view word) {
  return find<FaultRoute>(
      word,
      {{"authorize", FaultRoute::authorize}, {"resource", FaultRoute::resource}, {"all", FaultRoute::all}});
}

}  // namespace sase::sandbox
