package hzproto;

import com.hazelcast.map.MapInterceptor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;

/** Puts a text in front of the Strings that are read, and refuses to remove what starts with it in the map. */
final class PrefixInterceptor extends Identified implements MapInterceptor {
    static final int ID = 31;
    private String prefix;

    PrefixInterceptor() {
        super(ID);
    }

    @Override
    public Object interceptGet(Object value) {
        return value instanceof String ? prefix + value : null;
    }

    @Override
    public void afterGet(Object value) {
    }

    @Override
    public Object interceptPut(Object oldValue, Object newValue) {
        return null;
    }

    @Override
    public void afterPut(Object value) {
    }

    @Override
    public Object interceptRemove(Object removed) {
        if (removed instanceof String text && text.startsWith(prefix)) {
            throw new IllegalStateException("not to be removed: " + text);
        }
        return null;
    }

    @Override
    public void afterRemove(Object oldValue) {
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(prefix);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        prefix = in.readString();
    }

    /** Members know interceptors by their equality. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PrefixInterceptor its && its.prefix.equals(prefix);
    }

    @Override
    public int hashCode() {
        return prefix.hashCode();
    }
}
