using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public enum Activations
        {
            ReLU = 0,
            GELU = 1,
        }

        public static Transformer Transformer(
            long d_model = 512, long nhead = 8, long num_encoder_layers = 6, long num_decoder_layers = 6,
            long dim_feedforward = 2048, double dropout = 0.1, Activations activation = Activations.ReLU,
            Device? device = null, ScalarType? dtype = null) =>
            Placed(
                new Transformer(
                    new(d_model, nhead, dim_feedforward, dropout, activation), num_encoder_layers, num_decoder_layers),
                device, dtype);

        public static TransformerEncoderLayer TransformerEncoderLayer(
            long d_model = 512, long nhead = 8, long dim_feedforward = 2048, double dropout = 0.1,
            Activations activation = Activations.ReLU, Device? device = null, ScalarType? dtype = null) =>
            Placed(
                new TransformerEncoderLayer(new(d_model, nhead, dim_feedforward, dropout, activation)), device, dtype);

        public static TransformerEncoder TransformerEncoder(
            TransformerEncoderLayer encoder_layer, long num_layers, Device? device = null, ScalarType? dtype = null) =>
            Placed(new TransformerEncoder(encoder_layer, num_layers), device, dtype);

        public static TransformerDecoderLayer TransformerDecoderLayer(
            long d_model = 512, long nhead = 8, long dim_feedforward = 2048, double dropout = 0.1,
            Activations activation = Activations.ReLU, Device? device = null, ScalarType? dtype = null) =>
            Placed(
                new TransformerDecoderLayer(new(d_model, nhead, dim_feedforward, dropout, activation)), device, dtype);

        public static TransformerDecoder TransformerDecoder(
            TransformerDecoderLayer decoder_layer, long num_layers, Device? device = null, ScalarType? dtype = null) =>
            Placed(new TransformerDecoder(decoder_layer, num_layers), device, dtype);

        private static T Placed<T>(T module, Device? device, ScalarType? dtype)
            where T : Module => device is null && dtype is null ? module : (T)module._to(device, dtype);
    }
}
