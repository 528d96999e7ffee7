// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Engine.Requests;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Tokens of a file that was read at start, in upstream's form: one <c>token,user,uid,"group1,group2"</c> a line, the groups optional.
/// </summary>
internal sealed class StaticTokens : ITokenAuthenticator
{
    private readonly Dictionary<TokenDigest, UserInfo> _users = [];

    private StaticTokens()
    {
    }

    /// <summary>A line that cannot be read is an <see cref="InvalidDataException"/> that names the line and not its content.</summary>
    public static StaticTokens Read(string path)
    {
        var tokens = new StaticTokens();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty)
                continue;
            List<string> fields = CommaSeparated.Split(line);
            if (fields.Count < 3 || fields[0].Length == 0 || fields[1].Length == 0)
                throw new InvalidDataException($"cannot use {path}: line {number} is not token,user,uid[,\"group1,group2\"]; correct or remove the line");
            string[] groups = fields.Count > 3 ? fields[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
            tokens._users[TokenDigest.Of(fields[0])] = new UserInfo(fields[1], fields[2], groups, UserInfo.Anonymous.Extra);
        }

        return tokens;
    }

    public ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancel) =>
        new(_users.TryGetValue(TokenDigest.Of(token), out UserInfo? user)
            ? AuthenticationResult.Of(user, audiences)
            : AuthenticationResult.NoCredential);
}
