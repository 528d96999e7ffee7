// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Packages.Installing;

/// <summary>
/// An answer from the terminal that Ctrl-C ends at once. A read of the terminal cannot be called off: it is left behind, in a thread that keeps nobody, and
/// the end of the program gives the terminal back as it was.
/// </summary>
internal static class TerminalAnswer
{
    /// <summary>The answer; null at the end of the input (Ctrl-D). Throws an <see cref="OperationCanceledException"/> when the command is to end.</summary>
    /// <param name="output">Where the question stands: nobody ended its line.</param>
    public static async Task<string?> ReadAsync(Func<string?> read, TextWriter output, CancellationToken cancel)
    {
        try
        {
            string? answer = await Task.Run(read, CancellationToken.None).WaitAsync(cancel);
            if (answer is null)
                output.WriteLine();
            return answer;
        }
        catch (OperationCanceledException)
        {
            output.WriteLine();
            throw;
        }
    }

    /// <summary>Whether it is a yes; null at the end of the input.</summary>
    public static async Task<bool?> AgreesAsync(string question, TextReader input, TextWriter output, CancellationToken cancel)
    {
        output.Write($"{question} [y/N] ");
        return await ReadAsync(input.ReadLine, output, cancel) is { } answer ? answer.Trim().ToLowerInvariant() is "y" or "yes" : null;
    }
}
