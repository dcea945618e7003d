namespace EdgeRestore.Daemon.Hosting;

/// <summary>What the operator asked for is not valid.</summary>
internal sealed class SettingsException(string message) : WrongCommandLineException(message);
