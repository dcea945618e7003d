using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Protocol.Messages;

/// <summary>The methods of <c>RestoreService</c> for a server that keeps payloads in pooled memory.</summary>
public static class RestoreMethods
{
    private static readonly string ServiceName = RestoreService.Descriptor.FullName;

    public static readonly Method<InboundRequest, OutboundReply> Restore = new(
        MethodType.DuplexStreaming,
        ServiceName,
        nameof(RestoreService.RestoreServiceBase.Restore),
        Marshallers.Create(
            static (InboundRequest _, SerializationContext _) => throw OnlyClients("sent"),
            static source => RequestKeeper.Keep(FrameRequestReader.Read(source.PayloadAsReadOnlySequence()))),
        Marshallers.Create(
            static (OutboundReply reply, SerializationContext target) => reply.Write(target),
            static _ => throw OnlyClients("read")));

    public static readonly Method<GetStatusRequest, GetStatusReply> GetStatus = new(
        MethodType.Unary,
        ServiceName,
        nameof(RestoreService.RestoreServiceBase.GetStatus),
        Of(GetStatusRequest.Parser),
        Of(GetStatusReply.Parser));

    private static Marshaller<T> Of<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create(
        static (T message, SerializationContext target) =>
        {
            target.SetPayloadLength(message.CalculateSize());
            message.WriteTo(target.GetBufferWriter());
            target.Complete();
        },
        source => parser.ParseFrom(source.PayloadAsReadOnlySequence()));

    private static NotSupportedException OnlyClients(string verb) =>
        new($"Such a message is {verb} by clients; these are the methods of a server.");
}
