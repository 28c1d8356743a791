using System.Net;
using System.Security.Cryptography;
using VaeGpu.Host.Serving;

namespace VaeGpu.Host.Commands;

/// <summary>The options that say where a server listens.</summary>
internal sealed class ListeningOptions
{
    private const int DefaultPort = 8080, TokenBytes = 16;
    private readonly Option<string?> address = OptionOf.Text(
        "--address", "address",
        "Address to listen at; one that other machines reach asks for a token, which is printed [default: 127.0.0.1]");
    private readonly Option<int> port = OptionOf.Number(
        "--port", "n", DefaultPort, 0, IPEndPoint.MaxPort, "Port to listen at; 0 for one that is free");

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All => [address, port];

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">The address is not an IP address or a host name.</exception>
    public Listening Read(ParseResult result)
    {
        IPAddress at = IPAddress.Loopback;
        if (result.GetValue(address) is { } text && !IPAddress.TryParse(text, out at!))
            throw new UsageException($"--address takes an IP address, not \"{text}\".");
        string? token = IPAddress.IsLoopback(at) ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        return new(at, result.GetValue(port), token);
    }
}
