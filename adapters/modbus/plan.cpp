// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "core/unit.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace retrocan::modbus {

namespace {

constexpr std::int64_t bits_a_register = 16;

auto group_key(const Element& e) {
    return std::tie(e.pace, e.period, e.optional, e.unit, e.table, e.model, e.manner);
}

/// Registers of two groups whose addresses are no whole steps apart never share a read.
std::int64_t phase(const Element& e, const Options& options) {
    return e.address % step_of(e.table, options);
}

/// The best reads of the atoms from `begin` to `end`, all of one group. `best[k]` is what the atoms from
/// `begin` up to k (not with it) cost at least, and where the last of their reads begins.
class BestOfGroup {
public:
    struct Cost {
        std::int64_t ns{};
        std::size_t reads{};
        // clang-tidy 14 takes the 0 inside a defaulted <=> for a pointer
        // NOLINTNEXTLINE(modernize-use-nullptr)
        friend auto operator<=>(const Cost&, const Cost&) = default;
    };

    BestOfGroup(const Atoms& atoms, std::span<const std::size_t> wanted, const ReadCost& cost,
                const std::function<bool(std::size_t)>& cut)
        : atoms_{atoms}, wanted_{wanted}, cost_{cost}, cut_{cut} {}

    void append_to(std::vector<Share>& shares) {
        constexpr Cost unreachable{std::numeric_limits<std::int64_t>::max(), 0};
        const std::size_t n = wanted_.size();
        std::vector<Cost> best(n + 1, unreachable);
        std::vector<std::size_t> begin_of_last(n + 1);
        best[0] = {};
        for (std::size_t begin = 0; begin < n; ++begin)
            each_read_from(begin, [&](std::size_t end, std::int64_t ns) {
                const Cost total{best[begin].ns + ns, best[begin].reads + 1};
                if (total <= best[end]) { // of equal ones the fullest reads first
                    best[end] = total;
                    begin_of_last[end] = begin;
                }
            });
        const std::size_t at = shares.size();
        for (std::size_t end = n; end > 0; end = begin_of_last[end])
            shares.push_back({wanted_[begin_of_last[end]], wanted_[end - 1]});
        std::reverse(shares.begin() + static_cast<std::ptrdiff_t>(at), shares.end());
    }

private:
    /// Each read that begins with one atom: up to which it goes (not with it), and what it costs.
    template <class Take>
    void each_read_from(std::size_t begin, const Take& take) const {
        const Atom& first = atoms_.atoms[wanted_[begin]];
        const AtomGroup& group = atoms_.groups[first.group];
        const Table table = group.table;
        std::int64_t reach = first.end;
        for (std::size_t i = begin; i < wanted_.size(); ++i) {
            const Atom& atom = atoms_.atoms[wanted_[i]];
            if (i > begin && (!joined(wanted_[i - 1], wanted_[i]) || atom.first - reach > group.longest_gap ||
                              std::max(reach, atom.end) - first.first > group.longest_read))
                return;
            reach = std::max(reach, atom.end);
            take(i + 1, cost_.of(table, reach - first.first));
        }
    }
    /// No cut lies between two atoms, and none that is not wanted.
    [[nodiscard]] bool joined(std::size_t before, std::size_t atom) const {
        return before + 1 == atom && !cut_(atom);
    }

    const Atoms& atoms_;
    std::span<const std::size_t> wanted_;
    const ReadCost cost_;
    const std::function<bool(std::size_t)>& cut_;
};

} // namespace

std::int64_t step_of(Table table, const Options& options) {
    return has_bits(table) || table == Table::payload ? 1 : options.address_step;
}

Atoms sort_out(std::span<const Element> elements, const Options& options) {
    std::vector<std::size_t> order(elements.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { // what the owner does not allow is not asked for
        const auto& procedure = elements[i].manner.procedure;
        return procedure && !procedure->may_run();
    });
    const auto place = [&](std::size_t i) {
        const Element& e = elements[i];
        return std::tuple_cat(group_key(e),
                              std::tuple{phase(e, options), e.address, -static_cast<std::int64_t>(e.width)});
    };
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
    Atoms result;
    const Element* previous = nullptr;
    for (const std::size_t i : order) {
        const Element& e = elements[i];
        const bool same_group = previous != nullptr && group_key(*previous) == group_key(e) &&
                                phase(*previous, options) == phase(e, options);
        previous = &e;
        if (!same_group) {
            const std::int64_t scale = has_bits(e.table) ? bits_a_register : 1;
            result.groups.push_back({.element = i,
                                     .table = e.table,
                                     .address = e.address,
                                     .longest_read = e.manner.longest_read * scale,
                                     .longest_gap = e.manner.longest_gap * scale});
        }
        const std::int64_t first = (e.address - result.groups.back().address) / step_of(e.table, options);
        const std::int64_t end = first + static_cast<std::int64_t>(e.width);
        if (same_group && (end <= result.atoms.back().end || e.table == Table::payload)) {
            Atom& atom = result.atoms.back(); // a payload comes whole
            atom.elements.push_back(i);
            atom.end = std::max(atom.end, end);
        } else
            result.atoms.push_back({result.groups.size() - 1, first, end, {i}});
    }
    return result;
}

std::vector<Share> best_shares(const Atoms& atoms, const std::function<ReadCost(const AtomGroup&)>& cost,
                               const std::function<bool(std::size_t)>& wanted,
                               const std::function<bool(std::size_t)>& cut) {
    std::vector<Share> shares;
    std::vector<std::size_t> of_group;
    for (std::size_t i = 0; i < atoms.atoms.size(); ++i) {
        const std::size_t group = atoms.atoms[i].group;
        if (wanted(i))
            of_group.push_back(i);
        if (i + 1 < atoms.atoms.size() && atoms.atoms[i + 1].group == group)
            continue;
        BestOfGroup{atoms, of_group, cost(atoms.groups[group]), cut}.append_to(shares);
        of_group.clear();
    }
    return shares;
}

Request request_of(const Share& share, const Atoms& atoms, std::span<const Element> elements,
                   const Options& options) {
    const AtomGroup& group = atoms.groups[atoms.atoms[share.first].group];
    const Element& some = elements[group.element];
    const std::int64_t first = atoms.atoms[share.first].first;
    Request request{
        .unit = some.unit,
        .answer_unit = some.unit == options.unit ? options.answer_unit : std::nullopt,
        .table = some.table,
        .model = some.model,
        .address = static_cast<std::uint16_t>(group.address + first * step_of(some.table, options)),
        .count = 0,
        .pace = some.pace,
        .period = some.period,
        .optional = some.optional,
        .manner = some.manner,
        .slots = {},
    };
    std::int64_t end = first;
    for (std::size_t i = share.first; i <= share.last; ++i) {
        end = std::max(end, atoms.atoms[i].end);
        for (const std::size_t element : atoms.atoms[i].elements)
            request.slots.push_back(elements[element].slot);
    }
    request.count = static_cast<std::uint16_t>(end - first);
    return request;
}

std::string range_text(const Request& request, const Options& options) {
    const std::int64_t last = request.address + (request.count - 1) * step_of(request.table, options);
    if (request.manner.procedure) // all of it, whatever of it is wanted
        return "payload " + request.manner.procedure->name;
    std::string text = request.model ? "model " + std::to_string(*request.model) + " + "
                                     : std::string{to_text(request.table)} + " ";
    text += std::to_string(request.address);
    if (request.count > 1)
        text += ".." + std::to_string(last);
    return text;
}

std::string to_text(const Request& request, const Options& options) {
    std::string text = "unit " + std::to_string(request.unit) + ": " + range_text(request, options);
    switch (request.pace) {
    case adapter::Pace::live:
        text += ", each poll";
        break;
    case adapter::Pace::slow:
        text += ", every " + retrocan::to_text(request.period);
        break;
    case adapter::Pace::once:
        text += ", once";
        break;
    }
    return text + (request.optional ? ", optional" : "");
}

} // namespace retrocan::modbus
