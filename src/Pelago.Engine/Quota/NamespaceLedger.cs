// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Resources;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Quota;

/// <summary>
/// Decides the charges of one namespace, one batch after the other: those that come while a batch is being written make up the next one, so
/// a thousand pods cost a few writes of their quota and never a conflict among themselves. For many threads.
/// </summary>
internal sealed class NamespaceLedger(IResourceStore quotas, string ns)
{
    /// <summary>Only the recalculation writes beside this; it cannot keep winning.</summary>
    private const int MostAttempts = 5;
    private readonly Lock _gate = new();
    private List<QuotaCharge> _waiting = [];
    private bool _isWorking;

    /// <summary>Null: charged. Else why not.</summary>
    public async Task<string?> ChargeAsync(QuotaCharge charge, CancellationToken cancel)
    {
        lock (_gate)
        {
            _waiting.Add(charge);
            if (!_isWorking)
            {
                _isWorking = true;
                _ = Task.Run(WorkAsync, CancellationToken.None);
            }
        }

        return await charge.Decision.Task.WaitAsync(cancel);
    }

    private async Task WorkAsync()
    {
        while (TakeBatch() is { } batch)
        {
            try
            {
                await DecideAsync(batch);
            }
            catch (Exception fault)
            {
                foreach (QuotaCharge charge in batch)
                    charge.Decision.TrySetException(fault);
            }
        }
    }

    private List<QuotaCharge>? TakeBatch()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isWorking = false;
                return null;
            }

            List<QuotaCharge> batch = _waiting;
            _waiting = [];
            return batch;
        }
    }

    private async Task DecideAsync(List<QuotaCharge> batch)
    {
        var outcome = new Dictionary<QuotaCharge, string?>(ReferenceEqualityComparer.Instance);
        List<QuotaState> states = [.. quotas.Current.Scan(ns).Select(stored => new QuotaState(stored))];
        for (int attempt = 0; states.Count > 0; attempt++)
        {
            // a charge that one quota refused is not put on the others again
            foreach (QuotaCharge charge in batch.Where(charge => outcome.GetValueOrDefault(charge) is null))
                outcome[charge] = charge.Settle(states);
            states = await WriteAsync(states);
            if (states.Count > 0 && attempt == MostAttempts)
                throw new ApiStatusException(ApiStatus.TooManyRequests($"the quotas of namespace {ns} changed {attempt} times while a write was charged to them; try again", retryAfterSeconds: 1));
        }

        foreach (QuotaCharge charge in batch)
            charge.Decision.TrySetResult(outcome.GetValueOrDefault(charge));
    }

    /// <summary>Gives back the quotas that somebody else changed meanwhile, as they are now: the charges count anew for them alone.</summary>
    private async Task<List<QuotaState>> WriteAsync(List<QuotaState> states)
    {
        QuotaState[] charged = [.. states.Where(state => state.IsCharged)];
        if (charged.Length == 0)
            return [];
        var writes = new List<Write>(charged.Length);
        foreach (QuotaState state in charged)
        {
            StoredDocument document = StoredDocument.Encode(state.Document(), "v1", "ResourceQuota");
            writes.Add(new Write(state.Stored.Key, state.Stored.Revision, document.Json, document.SpliceAt));
        }

        // not cancelled with one of the waiting requests: the others wait for the same write
        WriteResult[] results = await quotas.WriteAsync(writes, CancellationToken.None);
        return [.. results.Where(result => result is { Outcome: WriteOutcome.Conflict, Object: not null }).Select(result => new QuotaState(result.Object!))];
    }
}
