using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static ModuleList<T> ModuleList<T>(params T[] modules)
            where T : Module => new(modules);

        public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules)
            where T : Module => new(modules);

        public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);

        public static ParameterDict ParameterDict(params (string, Parameter)[] parameters) => new(parameters);

        public static PReLU PReLU(
            long num_parameters, double init = 0.25, Device? device = null, ScalarType? dtype = null) =>
            new(num_parameters, init, device, dtype);

        public static Embedding Embedding(
            long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null,
            double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null,
            ScalarType? dtype = null)
        {
            var weight = new Parameter(randn(num_embeddings, embedding_dims, dtype, device));
            if (padding_idx is { } padding)
            {
                using var off = no_grad();
                using var row = weight[padding];
                row.zero_();
            }

            return new(weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
        }

        public static Embedding Embedding_from_pretrained(
            Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null,
            double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new Parameter(embeddings.to(dtype ?? embeddings.dtype, device ?? embeddings.device, copy: true),
                    !freeze),
                padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);

        public static MultiheadAttention MultiheadAttention(
            long embedded_dim, long num_heads, double dropout = 0.0, bool bias = true, bool add_bias_kv = false,
            bool add_zero_attn = false, long? kdim = null, long? vdim = null) =>
            add_bias_kv || add_zero_attn || (kdim ?? embedded_dim) != embedded_dim
                || (vdim ?? embedded_dim) != embedded_dim
                ? throw new NotSupportedException(
                    "MultiheadAttention with add_bias_kv, add_zero_attn or other key and value widths is not covered.")
                : new(embedded_dim, num_heads, dropout, bias);

        public static EmbeddingBag EmbeddingBag(
            long num_embeddings, long embedding_dims, double? max_norm = null, double norm_type = 2.0,
            bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false,
            bool include_last_offset = false, long padding_index = -1, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new Parameter(randn(num_embeddings, embedding_dims, dtype, device)),
                new(
                    max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset,
                    padding_index < 0 ? null : padding_index));

        public static EmbeddingBag EmbeddingBag_from_pretrained(
            Tensor embeddings, bool freeze = true, double? max_norm = null, double norm_type = 2.0,
            bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false,
            bool include_last_offset = false, long padding_index = -1, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new Parameter(
                    embeddings.to(dtype ?? embeddings.dtype, device ?? embeddings.device, copy: true), !freeze),
                new(
                    max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset,
                    padding_index < 0 ? null : padding_index));
    }
}
