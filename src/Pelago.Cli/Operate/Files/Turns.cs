// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Pelago.Cli.Operate.Files;

/// <summary>
/// Lets pieces of work run at the same time whose output comes in their order: the one whose turn it is writes, the others gather a bounded amount and
/// wait for their turn.
/// </summary>
internal sealed class Turns(StandardOutput output, int count)
{
    private const int AtOnce = 16;
    private const int MostGathered = 1 << 20;
    private readonly TaskCompletionSource[] _turns = [.. Enumerable.Range(0, count + 1).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

    /// <summary>Runs all; work <c>i</c> writes by the turn that it is given.</summary>
    public async Task RunAsync(Func<int, Turn, CancellationToken, Task> work)
    {
        _turns[0].SetResult();
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = output.Token };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), bound, async (i, cancel) =>
        {
            var turn = new Turn(this, i, cancel);
            await work(i, turn, cancel);
            await turn.EndAsync();
        });
    }

    /// <summary>Where one piece of work writes.</summary>
    internal sealed class Turn(Turns turns, int index, CancellationToken cancel)
    {
        private readonly ArrayBufferWriter<byte> _gathered = new();

        public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            if (!turns._turns[index].Task.IsCompleted && _gathered.WrittenCount + bytes.Length <= MostGathered)
            {
                _gathered.Write(bytes.Span);
                return;
            }
            await FlushAsync();
            await turns.Output.WriteAsync(bytes);
        }

        public async Task EndAsync()
        {
            await FlushAsync();
            await turns.Output.FlushAsync();
            turns._turns[index + 1].SetResult();
        }

        private async Task FlushAsync()
        {
            await turns._turns[index].Task.WaitAsync(cancel);
            if (_gathered.WrittenCount > 0)
                await turns.Output.WriteAsync(_gathered.WrittenMemory);
            _gathered.ResetWrittenCount();
        }
    }

    private StandardOutput Output => output;
}
