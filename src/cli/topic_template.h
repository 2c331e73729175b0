// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/mapping.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::cli {

/// What an owner would have to set for a mapping's topics to be those that were heard: texts and numbers, by
/// the name of the setting.
using Guess = std::map<std::string, std::string>;

/// The topics that a mapping names, as its file says them: "{prefix}/sensor/cell_voltage_*/state".
std::vector<std::string> topic_templates(const mapping::Mapping& mapping);

/// Whether a topic is one that the template stands for; then `guess` has its settings. `*` and settings that
/// are numbers stand for digits, settings that are texts for one level or more. Several readings are
/// possible where a text may have levels: all of them are found.
std::vector<Guess> match(std::string_view pattern, std::string_view topic, const mapping::Mapping& mapping);

/// Guesses that explain what was heard, the one that explains most templates first. At most `most`.
std::vector<Guess> guesses(const mapping::Mapping& mapping, const std::vector<std::string>& topics,
                           std::size_t most);

} // namespace retrocan::cli
