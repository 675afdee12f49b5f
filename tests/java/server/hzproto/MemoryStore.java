package hzproto;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.MapLoaderLifecycleSupport;
import com.hazelcast.map.MapStore;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store in the memory of each member: it has the entries that its member owns.
 *
 * <p>Every store begins with the keys "stored-0" to "stored-9" and the Integers 0 to 9. Each member keeps track of what
 * was written and deleted through it.
 */
public class MemoryStore implements MapStore<Object, Object>, MapLoaderLifecycleSupport {
    private static final Map<String, Map<Object, Object>> STORES = new ConcurrentHashMap<>();

    private Map<Object, Object> store;

    /** What the store of a map has here for a key, or null. */
    static Object stored(String map, Object key) {
        Map<Object, Object> store = STORES.get(map);
        return store == null ? null : store.get(key);
    }

    @Override
    public void init(HazelcastInstance instance, Properties properties, String map) {
        store = STORES.computeIfAbsent(map, name -> {
            Map<Object, Object> fresh = new ConcurrentHashMap<>();
            for (int number = 0; number < 10; number++) {
                fresh.put("stored-" + number, number);
            }
            return fresh;
        });
    }

    @Override
    public void destroy() {
    }

    @Override
    public Object load(Object key) {
        return store.get(key);
    }

    @Override
    public Map<Object, Object> loadAll(Collection<Object> keys) {
        Map<Object, Object> found = new HashMap<>();
        for (Object key : keys) {
            Object value = store.get(key);
            if (value != null) {
                found.put(key, value);
            }
        }
        return found;
    }

    @Override
    public Iterable<Object> loadAllKeys() {
        return new HashSet<>(store.keySet());
    }

    @Override
    public void store(Object key, Object value) {
        store.put(key, value);
    }

    @Override
    public void storeAll(Map<Object, Object> entries) {
        store.putAll(entries);
    }

    @Override
    public void delete(Object key) {
        store.remove(key);
    }

    @Override
    public void deleteAll(Collection<Object> keys) {
        store.keySet().removeAll(keys);
    }
}
