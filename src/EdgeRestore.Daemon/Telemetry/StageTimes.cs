namespace EdgeRestore.Daemon.Telemetry;

/// <summary>Where one frame's time went, beside what its result tells of classification and run.</summary>
/// <param name="Total">From its last byte in to the start of sending its answer.</param>
/// <param name="Queue">Waiting, in all places together.</param>
/// <param name="Decode">Payload to RGB.</param>
/// <param name="Encode">RGB to payload.</param>
internal readonly record struct StageTimes(TimeSpan Total, TimeSpan Queue, TimeSpan Decode, TimeSpan Encode);
