package hzproto;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;

/** What all classes here share: the factory, an id of their own, and no fields unless they say so. */
abstract class Identified implements IdentifiedDataSerializable {
    private final int classId;

    Identified(int classId) {
        this.classId = classId;
    }

    @Override
    public int getFactoryId() {
        return ServerClasses.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return classId;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
    }
}
