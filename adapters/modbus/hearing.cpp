// SPDX-License-Identifier: Apache-2.0
#include "hearing.h"

#include "frame.h"

#include <algorithm>

namespace retrocan::modbus {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t refusal_size = 5;

bool is_refusal(Bytes bytes, const Question& question) {
    return bytes.size() >= refusal_size && bytes[0] == question.unit &&
           bytes[1] == (question.function | exception_bit) && has_right_crc(bytes.first(refusal_size));
}

/// Size of a frame of anyone, whole and with the right checksum; 0 where there is none.
std::size_t any_frame(Bytes bytes) {
    if (bytes.size() < refusal_size)
        return 0;
    const auto fits = [&](std::size_t size) {
        return size <= bytes.size() && has_right_crc(bytes.first(size)) ? size : 0;
    };
    const std::uint8_t function = bytes[1];
    if ((function & exception_bit) != 0)
        return fits(refusal_size);
    if (function >= 1 && function <= 4) {
        if (const std::size_t answer = fits(3U + bytes[2] + crc_size); answer != 0)
            return answer;
        return fits(rtu_request_size);
    }
    return function == 5 || function == 6 || function == 15 || function == 16 ? fits(rtu_request_size) : 0;
}

bool is_echo(Bytes bytes, const Question& question) {
    return bytes.size() >= question.bytes.size() &&
           std::ranges::equal(bytes.first(question.bytes.size()), question.bytes);
}

/// Whole frame of this shape at the front, right or not; nothing where it is not all there.
std::optional<Bytes> whole(Bytes bytes, const FrameShape& shape) {
    if (bytes.size() < shape.head.size() || shape.begun(bytes) == 0)
        return std::nullopt;
    const auto size = shape.size_of(bytes);
    if (!size || *size > bytes.size())
        return std::nullopt;
    return bytes.first(*size);
}

bool is_answer(Bytes bytes, const FrameShape& shape) {
    const auto frame = whole(bytes, shape);
    return frame && shape.is_sound(*frame);
}

/// Where the request that came back ends; 0 where it did not.
std::size_t end_of_echo(Bytes bytes, const Question& question, bool hears_itself) {
    if (question.answer_is_echo && !hears_itself)
        return 0;
    for (std::size_t at = 0; at + question.bytes.size() <= bytes.size(); ++at) {
        if (is_echo(bytes.subspan(at), question))
            return at + question.bytes.size();
        if (is_answer(bytes.subspan(at), question.answer))
            return 0;
    }
    return 0;
}

/// Bytes until a frame of this shape that begins here can be whole; 0 where none begins here.
std::size_t missing_of(Bytes bytes, const FrameShape& shape) {
    if (shape.begun(bytes) == 0)
        return 0;
    const auto size = shape.size_of(bytes);
    if (!size) // its length is not there yet
        return shape.size - bytes.size();
    return *size > bytes.size() ? *size - bytes.size() : 0;
}

class Listener {
public:
    Listener(Bytes bytes, const Question& question) : bytes_{bytes}, question_{question} {}

    Hearing all(bool hears_itself) {
        const std::size_t after_echo = end_of_echo(bytes_, question_, hears_itself);
        find_answer(after_echo);
        const std::size_t end = result_.answer ? result_.answer->begin : bytes_.size();
        if (after_echo != 0) {
            ++result_.dropped.echo;
            tell_apart(0, after_echo - question_.bytes.size());
        }
        tell_apart(after_echo, end);
        if (result_.answer)
            tell_rest();
        else if (after_echo == 0 && !question_.answer_is_echo)
            expect_rest_of_echo();
        return std::move(result_);
    }

private:
    void find_answer(std::size_t from) {
        for (std::size_t at = from; at < bytes_.size(); ++at) {
            const Bytes rest = bytes_.subspan(at);
            if (is_refusal(rest, question_)) {
                result_.answer = {at, refusal_size};
                result_.refused = true;
                result_.end = at + refusal_size;
                return;
            }
            if (is_answer(rest, question_.answer)) {
                result_.answer = {at, *question_.answer.size_of(rest)};
                result_.end = at + result_.answer->size;
                if (question_.acknowledgement)
                    find_acknowledgement();
                return;
            }
        }
    }

    void find_acknowledgement() {
        for (std::size_t at = result_.end; at < bytes_.size(); ++at)
            if (is_answer(bytes_.subspan(at), *question_.acknowledgement)) {
                result_.end = at + question_.acknowledgement->size;
                return;
            }
        // Without it nobody knows who has spoken.
        const std::size_t heard = bytes_.size() - result_.end;
        result_.missing =
            question_.acknowledgement->size - std::min(question_.acknowledgement->size - 1, heard);
        result_.is_begun = true;
        result_.wrong = "an answer without its acknowledgement";
        result_.answer.reset();
    }

    /// Counts what is neither the echo nor the answer.
    void tell_apart(std::size_t from, std::size_t end) {
        for (std::size_t at = from; at < end;) {
            const Bytes rest = bytes_.subspan(at, end - at);
            if (const std::size_t size = any_frame(rest); size != 0) {
                tell_frame(rest.first(size));
                at += size;
            } else {
                at += tell_broken(rest);
            }
        }
    }

    void tell_frame(Bytes frame) {
        if (frame[0] != question_.unit) {
            ++result_.dropped.other_unit;
            result_.other_unit = frame[0];
            return;
        }
        ++result_.dropped.wrong;
        result_.wrong = frame[1] != question_.function
                            ? "an answer with function " + std::to_string(frame[1]) + ", expected " +
                                  std::to_string(question_.function)
                            : "an answer of another length";
    }

    /// Counts an answer with a wrong checksum, one that is not whole yet, or one stray byte: how many bytes
    /// that is.
    std::size_t tell_broken(Bytes rest) {
        constexpr std::size_t enough = 3; // unit, function and byte count are no chance
        if (const auto frame = whole(rest, question_.answer)) {
            ++result_.dropped.crc;
            result_.is_begun = true;
            result_.wrong =
                question_.answer.byte_sum ? "an answer with a wrong checksum" : "an answer with wrong CRC";
            return frame->size();
        }
        if (const std::size_t missing = missing_of(rest, question_.answer);
            missing != 0 && result_.missing == 0 && !result_.answer) {
            result_.missing = missing;
            if (question_.answer.begun(rest) >= enough) {
                ++result_.dropped.cut;
                result_.is_begun = true;
                result_.wrong = "an answer that ends after " + std::to_string(rest.size()) + " of " +
                                std::to_string(rest.size() + missing) + " bytes";
                return rest.size();
            }
        }
        ++result_.dropped.stray;
        return 1;
    }

    void tell_rest() {
        const Bytes rest = bytes_.subspan(result_.end);
        for (std::size_t at = 0; at < rest.size() && !result_.twice; ++at)
            result_.twice = is_answer(rest.subspan(at), question_.answer);
        const Counters late = hear_nothing(rest);
        result_.dropped.late += late.late;
        result_.dropped.stray += late.stray;
    }

    /// The own request comes back, and is not all there: its answer is still to come.
    void expect_rest_of_echo() {
        if (bytes_.empty() || bytes_.size() >= question_.bytes.size() ||
            !std::ranges::equal(bytes_, std::span{question_.bytes}.first(bytes_.size())))
            return;
        result_.missing = question_.bytes.size() - bytes_.size() + question_.answer.size;
        result_.is_begun = false;
    }

    Bytes bytes_;
    const Question& question_;
    Hearing result_;
};

} // namespace

Hearing hear(Bytes bytes, const Question& question, bool hears_itself) {
    return Listener{bytes, question}.all(hears_itself);
}

Counters hear_nothing(Bytes bytes) {
    Counters counters;
    while (!bytes.empty()) {
        const std::size_t size = any_frame(bytes);
        if (size != 0)
            ++counters.late;
        else
            ++counters.stray;
        bytes = bytes.subspan(std::max<std::size_t>(size, 1));
    }
    return counters;
}

bool has_frame_of(std::uint8_t unit, Bytes bytes) {
    while (!bytes.empty()) {
        const std::size_t size = any_frame(bytes);
        if (size != 0 && bytes.front() == unit)
            return true;
        bytes = bytes.subspan(std::max<std::size_t>(size, 1));
    }
    return false;
}

} // namespace retrocan::modbus
