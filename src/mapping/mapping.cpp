// SPDX-License-Identifier: Apache-2.0
#include "mapping/mapping.h"

#include "mapping/content.h"

namespace retrocan::mapping {

std::string_view to_text(Level level) {
    return level_words[static_cast<std::size_t>(level)];
}

Mapping::Mapping(std::unique_ptr<const Content> content) : content_{std::move(content)} {}
Mapping::~Mapping() = default;

const std::string& Mapping::file() const {
    return content_->file;
}
const std::string& Mapping::vendor() const {
    return content_->vendor;
}
const std::string& Mapping::model() const {
    return content_->model;
}
const std::string& Mapping::title() const {
    return content_->title;
}
Level Mapping::level() const {
    return content_->level;
}
Use Mapping::use() const {
    return content_->use;
}
const std::vector<std::string>& Mapping::wiring() const {
    return content_->wiring;
}
const std::vector<std::string>& Mapping::quirks() const {
    return content_->quirks;
}
const std::vector<std::string>& Mapping::sources() const {
    return content_->sources;
}
const std::string& Mapping::adapter() const {
    return content_->adapter;
}
const std::vector<SettingSpec>& Mapping::settings() const {
    return content_->scope.settings;
}
const std::vector<TestVector>& Mapping::tests() const {
    return content_->tests;
}

} // namespace retrocan::mapping
