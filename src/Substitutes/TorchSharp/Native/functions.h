// Autograd functions written in C#: a node of libtorch's graph that hands its gradients to a managed callback.
// Only what libtorch 1.13 and 2.x share is used, which excludes custom_function.h's own wrapping of outputs.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace managed {

using torch::autograd::SavedVariable;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Gradients go in owned, results come back owned; anything but zero means that the managed side threw.
using Backward = int (*)(int64_t id, void** gradients, int32_t gradientCount, void** results, int32_t resultCount);
using Dropped = void (*)(int64_t id);

struct Callbacks {
    Backward backward = nullptr;
    Dropped dropped = nullptr;
};

inline Callbacks& callbacks() {
    static Callbacks shared;
    return shared;
}

inline at::Tensor take(void* pointer) {
    using Pointer = c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>;
    return pointer == nullptr ? at::Tensor()
                              : at::Tensor(Pointer::reclaim(static_cast<at::TensorImpl*>(pointer)));
}

struct FunctionNode : public torch::autograd::Node {
    int64_t id;
    std::string title;
    size_t inputCount;
    bool materialize = true;
    bool released = false;
    std::vector<SavedVariable> saved;

    FunctionNode(int64_t identifier, std::string name, size_t inputs)
        : id(identifier), title(std::move(name)), inputCount(inputs) {}

    ~FunctionNode() override {
        callbacks().dropped(id);
    }

    std::string name() const override {
        return title;
    }

    void release_variables() override {
        std::lock_guard<std::mutex> lock(mutex_);
        saved.clear();
        released = true;
    }

    variable_list apply(variable_list&& gradients) override {
        std::vector<void*> given(gradients.size(), nullptr);
        for (size_t i = 0; i < gradients.size(); i++) {
            auto gradient = gradients[i];
            if (!gradient.defined() && materialize) {
                gradient = input_metadata(i).zeros_like();
            }
            given[i] = gradient.defined() ? gradient.unsafeReleaseTensorImpl() : nullptr;
        }
        std::vector<void*> results(inputCount, nullptr);
        auto failed = callbacks().backward(
            id, given.data(), static_cast<int32_t>(given.size()), results.data(), static_cast<int32_t>(inputCount));
        variable_list taken;
        for (auto result : results) {
            taken.push_back(take(result));
        }
        if (failed != 0) {
            throw std::runtime_error(title + ".backward threw: see the inner exception.");
        }
        return taken;
    }
};

// libtorch shares ownership of nodes: by std::shared_ptr up to some 2.x, intrusively after it.
using Handle = decltype(torch::autograd::Edge::function);

template <typename Pointer>
Pointer own(FunctionNode* node) {
    if constexpr (std::is_same_v<Pointer, std::shared_ptr<torch::autograd::Node>>) {
        // Found by its argument's namespace: it takes long chains of nodes down without recursion.
        return Pointer(node, [](auto* owned) { deleteNode(owned); });
    } else {
        return Pointer::unsafe_steal_from_new(node);
    }
}

template <typename Node>
auto share(Node& node) {
    if constexpr (requires { node.shared_from_this(); }) {
        return node.shared_from_this();
    } else {
        return node.getptr();
    }
}

inline FunctionNode& functionOf(const Handle& handle) {
    return static_cast<FunctionNode&>(*handle);
}

inline Handle* create(int64_t id, std::string name, const variable_list& inputs) {
    auto node = own<Handle>(new FunctionNode(id, std::move(name), inputs.size()));
    node->set_next_edges(torch::autograd::collect_next_edges(inputs));
    return new Handle(std::move(node));
}

// Puts an output of the managed forward, which ran without grad, into the graph.
inline at::Tensor connect(const Handle& node, at::Tensor output, bool isInput, bool isDirty) {
    namespace impl = torch::autograd::impl;
    if (!torch::autograd::isDifferentiableType(output.scalar_type())) {
        return output;
    }
    if (isInput && isDirty) {
        auto number = node->add_input_metadata(output);
        impl::rebase_history(output, {node, number});
        return output;
    }
    if (isInput) {
        at::AutoDispatchBelowADInplaceOrView below;
        output = output.view_as(output);
    }
    auto number = node->add_input_metadata(output);
    impl::set_gradient_edge(output, {node, number});
    return output;
}

}  // namespace managed
