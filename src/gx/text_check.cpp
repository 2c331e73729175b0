// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

#include <array>

namespace retrocan::gx {

namespace {

constexpr std::array text_ids{0x35EU, 0x370U, 0x371U, 0x374U, 0x375U, 0x376U, 0x377U, 0x380U, 0x381U, 0x382U};

bool is_printable(std::uint8_t byte) {
    return byte >= 0x20 && byte < 0x7F;
}

std::string byte_text(std::size_t index, std::uint8_t byte) {
    char text[32];
    std::snprintf(text, sizeof text, "byte %zu is %02X", index, static_cast<unsigned>(byte));
    return text;
}

/// A lost 0x380 makes two looks at the parts see the wrong order, two lost ones make three.
constexpr int after_lost = 4;

bool is_cell_id(std::uint32_t id) {
    return id >= 0x374 && id <= 0x377;
}

/// A first part is filled up to its end: blanks belong to the text.
bool may_end_in_blank(std::uint32_t id) {
    return id == 0x370 || id == 0x380;
}

class TextCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        const CanFrame& frame = scene.frame;
        if (!is_battery_message(frame) ||
            std::find(text_ids.begin(), text_ids.end(), frame.id) == text_ids.end())
            return;
        hear_characters(scene, ledger);
        hear_padding(scene, ledger);
        ledger.judge("text-8-bytes", frame.size == 8, scene.at, frame, std::to_string(frame.size) + " bytes",
                     "8, filled up with zeros");
        if (is_cell_id(frame.id))
            ledger.judge("cell-id-ascii",
                         frame.size == 0 || frame.data[0] == 0 || is_printable(frame.data[0]), scene.at,
                         frame, byte_text(0, frame.data[0]), "digits or letters, such as 31 for 1");
        if (frame.id == 0x370 || frame.id == 0x371)
            hear_name(scene, ledger);
        if (frame.id == 0x380 || frame.id == 0x381)
            hear_serial(scene, ledger);
    }

    void end(const End& end, Ledger& ledger) const override {
        both("name-both", 0x370, 0x371, end, ledger);
        both("serial-both", 0x380, 0x381, end, ledger);
        end_cell_ids(end, ledger);
        const Heard* name = end.receiver.heard(0x370);
        if (maker_blank_ && (name == nullptr || name->last.data != maker_blank_->frame->data))
            ledger.broke("maker-padding", *maker_blank_);
        else if (end.receiver.heard(0x35E) != nullptr || end.receiver.heard(0x382) != nullptr)
            ledger.kept("maker-padding");
        end_family(end, ledger);
    }

private:
    static void hear_characters(const Scene& scene, Ledger& ledger) {
        const CanFrame& frame = scene.frame;
        for (std::size_t i = 0; i < frame.size; ++i)
            if (frame.data.at(i) != 0 && !is_printable(frame.data.at(i))) {
                ledger.broke("text-printable",
                             {scene.at, frame, byte_text(i, frame.data.at(i)), "20 to 7E, then zeros"});
                return;
            }
        ledger.kept("text-printable");
    }

    void hear_padding(const Scene& scene, Ledger& ledger) {
        const CanFrame& frame = scene.frame;
        const auto begin = frame.data.begin();
        const auto end = begin + frame.size;
        const auto zero = std::find(begin, end, std::uint8_t{0});
        if (std::any_of(zero, end, [](std::uint8_t byte) { return byte != 0; })) {
            ledger.broke("text-padding", {scene.at, frame, "characters after a zero", "zeros to the end"});
            return;
        }
        if (zero == begin || *(zero - 1) != ' ' || may_end_in_blank(frame.id)) {
            ledger.kept("text-padding");
            return;
        }
        const Evidence evidence{scene.at, frame, "blanks at the end", "zeros"};
        if (frame.id == 0x382)
            ledger.broke("maker-padding", evidence);
        else if (frame.id != 0x35E)
            ledger.broke("text-padding", evidence);
        else if (!maker_blank_) // the beginning of a longer name may end in a blank: end() knows
            maker_blank_ = evidence;
    }

    static void hear_name(const Scene& scene, Ledger& ledger) {
        const CanFrame& frame = scene.frame;
        int characters = 0;
        int others = 0;
        for (std::size_t i = 0; i < frame.size; ++i)
            if (frame.data.at(i) != 0)
                ++(is_printable(frame.data.at(i)) ? characters : others);
        const bool binary = others >= 2 && others >= characters;
        ledger.judge("name-is-text", !binary, scene.at, frame,
                     std::to_string(others) + " bytes are no characters",
                     "a name; Pylontech's protocol has cell data here: do not mix the two");
        if (binary)
            return;
        if (frame.id == 0x371) {
            ledger.judge("name-long", characters > 0, scene.at, frame, "a name of at most 8 characters",
                         "0x35E alone");
            return;
        }
        if (const CanFrame* maker = scene.receiver.last(0x35E))
            ledger.judge("name-matches", maker->data == frame.data, scene.at, frame,
                         "0x35E is " + to_text(*maker), "the same 8 bytes");
    }

    // In each cycle the two lie nearer to each other than to those of the next.
    void hear_serial(const Scene& scene, Ledger& ledger) {
        auto& last = scene.frame.id == 0x380 ? first_part_at_ : second_part_at_;
        last = scene.at;
        if (!first_part_at_ || !second_part_at_)
            return;
        if (scene.frame.id == 0x381)
            first_to_second_ = scene.at - *first_part_at_;
        else
            second_to_first_ = scene.at - *second_part_at_;
        if (!first_to_second_ || !second_to_first_)
            return;
        disordered_ = *first_to_second_ <= *second_to_first_ ? 0 : disordered_ + 1;
        if (disordered_ == 0 || disordered_ > after_lost)
            ledger.judge("serial-order", disordered_ == 0, scene.at, scene.frame, "0x381 comes first",
                         "0x380, then 0x381");
    }

    static void both(RuleName rule, std::uint32_t first, std::uint32_t second, const End& end,
                     Ledger& ledger) {
        const Heard* a = end.receiver.heard(first);
        const Heard* b = end.receiver.heard(second);
        if (a != nullptr && b != nullptr) {
            ledger.kept(rule);
        } else if ((a != nullptr || b != nullptr) && end.complete()) {
            const Heard* heard = a != nullptr ? a : b;
            const std::uint32_t missing = a != nullptr ? second : first;
            ledger.broke(rule, {heard->first_at, heard->last, "no " + id_text(missing), "both"});
        }
    }

    static void end_family(const End& end, Ledger& ledger) {
        const Heard* family = end.receiver.heard(0x382);
        if (family == nullptr)
            return;
        if (end.receiver.heard(0x35E) != nullptr)
            ledger.kept("family-with-maker");
        else if (end.names_complete())
            ledger.broke("family-with-maker", {family->first_at, family->last, "no 0x35E", "both"});
    }

    static void end_cell_ids(const End& end, Ledger& ledger) {
        for (std::uint32_t id = 0x374; id <= 0x377; ++id) {
            const Heard* heard = end.receiver.heard(id);
            if (heard == nullptr)
                continue;
            if (end.receiver.heard(0x373) != nullptr)
                ledger.kept("cell-id-has-cell");
            else if (end.complete())
                ledger.broke("cell-id-has-cell", {heard->first_at, heard->last, "no 0x373", "its value"});
        }
    }

    std::optional<Evidence> maker_blank_;
    std::optional<TimePoint> first_part_at_;
    std::optional<TimePoint> second_part_at_;
    std::optional<Duration> first_to_second_;
    std::optional<Duration> second_to_first_;
    int disordered_{}; ///< looks, one after the other
};

} // namespace

std::unique_ptr<Check> make_text_check() {
    return std::make_unique<TextCheck>();
}

} // namespace retrocan::gx
