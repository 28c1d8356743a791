using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace VaeGpu.Host.Serving;

/// <summary>
/// What is let in: requests to this machine by an address or a name of its own, from the page itself, and with the token.
/// </summary>
/// <remarks>
/// A foreign page can make a browser send requests here, and by DNS rebinding even under its own name; Host and Origin tell. The token is
/// compared in constant time.
/// </remarks>
/// <param name="isLoopback">Whether only this machine can connect.</param>
/// <param name="token">What requests of the API must know; null where they need not.</param>
internal sealed class Gate(bool isLoopback, string? token)
{
    private const string Scheme = "Bearer ";
    private static readonly string[] MachineNames = ["localhost", Dns.GetHostName()];
    private readonly byte[]? hash = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Why a request is refused; null where it is let in.</summary>
    public RefusedException? Refusal(HttpRequest request)
    {
        if (!IsOwn(request.Host.Host))
            return new(StatusCodes.Status421MisdirectedRequest, $"This server is not \"{request.Host.Host}\"; use its address.");
        string? origin = request.Headers.Origin;
        if (origin is not null && origin != $"{request.Scheme}://{request.Host.Value}")
            return new(StatusCodes.Status403Forbidden, "Requests of other pages are not answered.");
        if (request.Path.StartsWithSegments("/api") && !Knows(request.Headers.Authorization))
            return new(StatusCodes.Status401Unauthorized, "Give the token that the server printed: Authorization: Bearer TOKEN.");
        return null;
    }

    /// <summary>An address cannot be rebound to another; a name of this machine is not a stranger's.</summary>
    private bool IsOwn(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
            return !isLoopback || IPAddress.IsLoopback(address);
        return MachineNames[..(isLoopback ? 1 : 2)].Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    private bool Knows(string? authorization) => hash is null
        || authorization?.StartsWith(Scheme, StringComparison.Ordinal) == true
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..])), hash);
}
