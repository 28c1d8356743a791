namespace VaeGpu.Bench.CommandLine;

/// <summary>Why a command cannot do what it was asked for; the message is all that a person needs.</summary>
internal sealed class CommandException(string message) : Exception(message);
